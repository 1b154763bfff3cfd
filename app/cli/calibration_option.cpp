// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/calibration_option.h"

#include <fmt/format.h>

namespace ulpscope {

void CalibrationOption::declare(Options& options) {
  options.option("--calibration", "FILE", m_text,
                 "What the layers are given: a file of inputs, Hessians or importances, or synthetic");
}

Result<std::shared_ptr<const Calibration>> CalibrationOption::open(const JobContext& job) const {
  if (!m_text) return nullptr;
  if (*m_text == "synthetic") return Calibration::synthetic();
  return Calibration::open(*m_text, job);
}

Json toJson(const WeightedError& error, const LayerCalibration& layer) {
  return {{"relative", jsonNumber(error.relative)},
          {"signalToNoiseDb", jsonNumber(error.decibel)},
          {"basis", idOf(error.basis)},
          {"source", layer.source},
          {"synthetic", layer.isSynthetic}};
}

std::string textOf(const WeightedError& error) {
  return fmt::format("{:.4g} % of the output, {:.4f} dB (from {})", 100 * error.relative, error.decibel,
                     error.basis == WeightedBasis::SecondMoments ? "second moments"
                     : error.basis == WeightedBasis::Hessian     ? "the Hessian"
                                                                 : "inputs");
}

}  // namespace ulpscope
