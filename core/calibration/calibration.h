// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/calibration/layer_calibration.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/model_description.h"
#include "core/jobs/job.h"

namespace ulpscope {

class Backend;

/// What was recorded of the inputs of a model's layers, by layer. Headers only: a layer's numbers are read when it is
/// asked for. Immutable, shared by all threads.
///
/// Read are any container of arrays that openCheckpoint() reads (.safetensors, .npz) with the names
///
///   <layer>.inputs           [tokens, columns]   input vectors
///   <layer>.hessian          [columns, columns]  (2 / samples) * sum of x x^T
///   <layer>.second_moments   [columns]           mean of x * x
///   <layer>.mean_magnitudes  [columns]           mean of |x|
///   <layer>.max_magnitudes   [columns]           largest |x|
///   <layer>.samples          [1]                 input vectors seen
///
/// (any of them; what is missing is derived where it can be), and the importance matrices of llama.cpp: .gguf
/// (<tensor>.in_sum2 and <tensor>.counts) and the older .dat.
class Calibration {
 public:
  static constexpr std::uint64_t kSyntheticSeed = 1;

  /// Corrupt or Unsupported with what was expected and found, as openCheckpoint(); Usage where there is no array of
  /// those names.
  static Result<std::shared_ptr<const Calibration>> open(const std::filesystem::path& path, const JobContext& job = {});
  static Result<std::shared_ptr<const Calibration>> from(std::shared_ptr<const Checkpoint> checkpoint);

  /// Drawn by syntheticCalibration(), the same for every layer of the same width.
  static std::shared_ptr<const Calibration> synthetic(std::uint64_t seed = kSyntheticSeed);

  bool isSynthetic() const { return m_seed.has_value(); }
  const std::string& source() const { return m_source; }  ///< the file, or how it was drawn
  const std::vector<std::string>& layers() const { return m_names; }

  /// The layer whose weight has this name. Names are compared without ".weight"; then as the end of each other, behind
  /// a dot; then by what both say of their place in the model (blk.0.attn_q is model.layers.0.self_attn.q_proj).
  /// Of several that are meant in that way none is taken.
  std::optional<std::string> layerOf(std::string_view weight) const;

  /// NotFound where there is none for that weight; Unsupported where it has other columns, no input was counted, or it
  /// is of several experts; Corrupt where its arrays do not fit each other.
  Result<LayerCalibration> layer(std::string_view weight, std::uint64_t columns, const Backend& backend,
                                 const JobContext& job = {}) const;

  /// How many inputs each of the matrices that are stacked in `weight` was given, as an importance matrix counts them.
  /// Empty where it does not say.
  Result<std::vector<float>> counts(std::string_view weight, const Backend& backend, const JobContext& job = {}) const;

 private:
  void listLayers();
  /// Indices of tensors of the checkpoint, by what they hold: "inputs".
  using Arrays = std::map<std::string, std::size_t, std::less<>>;
  Result<std::vector<float>> read(std::size_t tensor, const Backend& backend, const JobContext& job) const;
  Result<LayerCalibration> readLayer(const Arrays& arrays, std::uint64_t columns, const Backend& backend,
                                     const JobContext& job) const;

  std::string m_source;
  std::optional<std::uint64_t> m_seed;
  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::map<std::string, Arrays, std::less<>> m_layers;
  std::map<std::string, std::vector<float>, std::less<>> m_secondMoments;  ///< of a .dat
  std::vector<std::string> m_names;                                        ///< of both
  std::vector<TensorPlace> m_places;                                       ///< of each name
};

}  // namespace ulpscope
