// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/options.h"
#include "core/calibration/calibration.h"
#include "core/quantization/weighted_error.h"

namespace ulpscope {

/// `--calibration FILE`, or `synthetic`: what is known of the inputs of the layers.
class CalibrationOption {
 public:
  void declare(Options& options);
  /// Null where none was asked for.
  Result<std::shared_ptr<const Calibration>> open(const JobContext& job) const;
  const std::optional<std::string>& text() const { return m_text; }

 private:
  std::optional<std::string> m_text;
};

/// {`relative`, `signalToNoiseDb`, `basis`, `source`, `synthetic`}.
Json toJson(const WeightedError& error, const LayerCalibration& layer);
/// "0.4321 % of the output, 23.64 dB (from hessian)".
std::string textOf(const WeightedError& error);

}  // namespace ulpscope
