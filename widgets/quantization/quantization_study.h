// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/analysis/tensor_profile.h"
#include "core/quantization/error_lines.h"
#include "core/quantization/known_layer.h"
#include "core/quantization/quantization_report.h"
#include "core/quantization/what_if.h"
#include "core/report/activation_figure.h"
#include "widgets/session/selection.h"
#include "widgets/session/task.h"

namespace ulpscope {

/// One tensor through the chosen scheme, with what the page's pictures need of it.
struct Measurement {
  const Scheme* scheme = nullptr;        ///< of the registry
  std::shared_ptr<const Scheme> around;  ///< what was run: that, with what is tried
  QuantizationReport report;
  BlockErrors blocks;
  HeatMap errorMap;
  std::string siblings;  ///< the layers whose columns are scaled alike, for reading; mostly empty
};

/// How one weight went through the scheme.
struct WeightBoard {
  std::uint64_t element = 0;
  std::vector<BoardLine> lines;
};

/// The work behind the quantization page: reads the selected tensor once, takes it through the chosen scheme whenever
/// that changes, and through all schemes for comparison. All of it in tasks, newest wins; errors go to the session's
/// strip, but a scheme that does not fit the tensor is a `refusal`.
class QuantizationStudy final : public QObject {
  Q_OBJECT

 public:
  explicit QuantizationStudy(Session& session, QObject* parent = nullptr);

  /// What is known of the inputs of layers; nullptr: nothing.
  void setCalibration(std::shared_ptr<const Calibration> calibration);
  /// Takes up what has changed in the selection. A tensor that cannot be read clears the study.
  void follow(const Selection& selection);
  /// What is tried on the tensor, and around every scheme.
  void setWhatIf(const WhatIf& whatIf);
  /// Lets go of a checkpoint that was closed, seen or not.
  void forget(const std::shared_ptr<const Checkpoint>& checkpoint);
  /// Begins again what was stopped or failed, and all of it for another backend.
  void restart();

  const Scheme& scheme() const { return *m_scheme; }
  const Settings& settings() const { return m_settings; }
  /// Each is nullptr until it is there. A measurement stays until the next one replaces it.
  /// The tensor as it goes into the schemes: outliers are in it.
  const std::shared_ptr<const LoadedTensor>& tensor() const { return m_tensor; }
  const std::shared_ptr<const Measurement>& measurement() const { return m_measurement; }
  /// Every scheme with its default knobs, but the chosen one as it is set; those that are there so far.
  std::vector<SchemeComparison> comparison() const;
  /// What is known of the inputs of the tensor's layer; nullptr: nothing.
  std::shared_ptr<const LayerCalibration> layer() const { return {m_known, m_known->given()}; }
  /// What is not, one sentence each.
  const std::vector<std::string>& layerWarnings() const { return m_known->warnings; }
  /// What its kept inputs are like; nullptr while that is not known.
  const std::shared_ptr<const ActivationSurvey>& inputs() const { return m_inputs; }
  /// Why nothing is, although there is a calibration; nullopt: it is, or there is none.
  const std::optional<Error>& layerError() const { return m_layerError; }
  const WhatIf& whatIf() const { return m_whatIf; }
  std::uint64_t injected() const { return m_injected; }  ///< outliers in tensor()
  /// Why the chosen scheme does not fit the tensor.
  const std::optional<Error>& refusal() const { return m_refusal; }
  /// Something is not there and nobody works on it: the user stopped it, or it failed.
  bool isIncomplete() const;
  /// Answered by explained().
  void explain(std::uint64_t element);
  /// The same on the side, answered by glanced().
  void glance(std::uint64_t element);

 Q_SIGNALS:
  void tensorChanged();
  void measured();
  void compared();
  void inputsSurveyed();
  void explained(const ulpscope::WeightBoard& board);
  void glanced(const ulpscope::WeightBoard& board);
  void incomplete();

 private:
  void clear();
  void load();
  void begin();
  void inject();
  void use(std::shared_ptr<const LoadedTensor> tensor, std::uint64_t injected);
  void measure();
  void compare();
  void survey();
  void explainIn(Task& task, std::uint64_t element, void (QuantizationStudy::*answer)(const WeightBoard&));
  void take(const std::shared_ptr<const LoadedTensor>& tensor, const SchemeComparison& line);
  void failed(const Error& error);

  Session& m_session;
  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::optional<std::size_t> m_index;
  const Scheme* m_scheme;
  Settings m_settings;

  std::shared_ptr<const Calibration> m_calibration;
  WhatIf m_whatIf;
  std::shared_ptr<const LoadedTensor> m_given;  ///< as it was read
  std::shared_ptr<const LoadedTensor> m_tensor;
  std::uint64_t m_injected = 0;
  std::shared_ptr<const KnownLayer> m_known;  ///< never nullptr
  std::optional<Error> m_layerError;
  std::shared_ptr<const ActivationSurvey> m_inputs;
  std::shared_ptr<const Measurement> m_measurement;
  std::vector<SchemeComparison> m_comparison;
  std::optional<Error> m_refusal;
  bool m_isReadable = false;

  Task m_loading;
  Task m_measuring;
  Task m_comparing;
  Task m_explaining;
  Task m_glancing;
  Task m_surveying;
};

}  // namespace ulpscope
