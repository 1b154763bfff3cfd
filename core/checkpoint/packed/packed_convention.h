// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/config_values.h"
#include "core/checkpoint/packed/column_tiles.h"
#include "core/checkpoint/packed/packed_values.h"

namespace ulpscope {

/// A checkpoint in which packed weights are looked for: its stored tensors by name, and what its config says.
class PackedScan {
 public:
  PackedScan(const Checkpoint& checkpoint, const ConfigValues& config);

  const Checkpoint& checkpoint() const { return m_checkpoint; }
  std::span<const TensorInfo> stored() const { return m_checkpoint.tensors; }
  /// The stored tensor of that name, unless it is part of a weight already.
  const TensorInfo* find(std::string_view name) const;
  std::size_t indexOf(const TensorInfo& tensor) const { return static_cast<std::size_t>(&tensor - stored().data()); }
  void take(std::size_t tensor) { m_taken[tensor] = true; }
  bool isTaken(std::size_t tensor) const { return m_taken[tensor]; }
  /// The first entry of the checkpoint's metadata with that key.
  std::optional<std::string_view> metadata(std::string_view key) const;

  /// config.json; its `quantization_config` under the plain names of its members.
  const ConfigValues& config() const { return m_config; }
  std::optional<std::int64_t> integer(std::string_view member) const;
  std::optional<bool> truth(std::string_view member) const;
  std::string text(std::string_view member) const;  ///< empty where there is none
  std::string quantMethod() const { return text("quant_method"); }

  const std::shared_ptr<TileCache>& tiles() const { return m_tiles; }

 private:
  const Checkpoint& m_checkpoint;
  const ConfigValues& m_config;
  std::vector<std::size_t> m_byName;  ///< indices of `stored`, by the hashes of their names, then the names
  std::vector<std::size_t> m_byKey;   ///< indices of the metadata, by their keys likewise
  std::vector<bool> m_taken;
  std::shared_ptr<TileCache> m_tiles;
};

/// What a convention makes of the parts it has found.
struct PackedWeight {
  std::string name;        ///< of the weight that its library would have: "layers.0.mlp.up_proj.weight"
  std::string storedType;  ///< "GPTQ 4-bit"
  std::string title;       ///< "GPTQ v1, 4 bits, groups of 128, in act-order"
  std::vector<std::uint64_t> shape;
  ValueType type = ValueType::F32;  ///< of what the library dequantizes to
  std::vector<std::size_t> parts;   ///< what is decoded first
  /// Empty for a weight that is only named, with a remark that says why: it is listed as one that cannot be read, or,
  /// without a name, its parts are as they are, each with the remark.
  DecodeRun decode;
  std::uint64_t rows = 0, columns = 0;  ///< how `decode` counts; their product is that of the shape
  std::string remark = {};
};

/// The parts of one packed weight as they are gathered; the first that does not fit is kept as the error, in a sentence
/// that names the tensor and what was expected of it.
class PackedParts {
 public:
  PackedParts(const PackedScan& scan, std::string_view base) : m_scan(scan), m_base(base) {}

  using Types = std::initializer_list<std::string_view>;
  /// The tensor of name base + suffix, of one of `types` (any of none are given) and of that rank (any if negative).
  const TensorInfo* need(std::string_view suffix, Types types, int rank = -1);
  /// nullptr where there is none; one that does not fit is an error still.
  const TensorInfo* optional(std::string_view suffix, Types types, int rank = -1);
  /// Records an error unless `holds`: "tensor X: `expected` expected, `found` found".
  bool expect(bool holds, const TensorInfo* tensor, std::string_view expected);
  bool expectShape(const TensorInfo* tensor, const std::vector<std::uint64_t>& shape);
  bool expectElements(const TensorInfo* tensor, std::uint64_t elements);
  void fail(std::string message);
  /// The two sizes that a part of two integers gives; the error that was recorded first, if any was.
  Result<MatrixShape> matrixSizes(const TensorInfo* tensor);

  /// How the elements of a part are read. Precondition: it was found.
  TensorSource source(const TensorInfo* tensor);

  bool sound() const { return !m_error; }
  const Error& error() const { return *m_error; }
  const std::vector<std::size_t>& indices() const { return m_indices; }
  const PackedScan& scan() const { return m_scan; }
  const std::string& base() const { return m_base; }

 private:
  const TensorInfo* check(const TensorInfo* tensor, Types types, int rank);

  const PackedScan& m_scan;
  std::string m_base;
  std::vector<std::size_t> m_indices;
  std::optional<Error> m_error;
};

/// One way in which a library keeps quantized weights in several tensors: one .cpp and one line in the registry. It
/// goes by the names of tensors, checks their types and shapes against each other, and takes the config's word only for
/// what they leave open.
class PackedConvention {
 public:
  virtual ~PackedConvention() = default;
  virtual std::string_view id() const = 0;
  virtual std::string_view title() const = 0;  ///< "GPTQ"
  /// The names that `quant_method` has for it.
  virtual std::span<const std::string_view> methods() const = 0;
  /// What the name of the tensor ends with by which a weight is found: ".qweight".
  virtual std::span<const std::string_view> anchors() const = 0;

  /// The weight that `anchor` belongs to, whose name is `base` + one of anchors(). Nothing if these tensors are not
  /// this convention's; an error where they are, but do not fit each other.
  virtual Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo& anchor,
                                                     std::string_view base) const = 0;
};

std::span<const PackedConvention* const> packedConventions();

/// Looks for the weights of all conventions in an opened checkpoint and appends them behind its tensors, each with its
/// parts; what does not fit is a warning. A stored tensor whose name the weight takes becomes "NAME (stored)". Reads
/// config files and a few small tensors; values are decoded when they are read.
Result<> attachPackedWeights(Checkpoint& checkpoint, const OpenContext& context);

}  // namespace ulpscope
