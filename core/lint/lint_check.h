// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "core/analysis/tensor_profile.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/config_values.h"
#include "core/jobs/job.h"
#include "core/lint/lint.h"

namespace ulpscope {

/// A readable weight and what one read of it told.
struct LintedTensor {
  std::size_t index;
  const TensorInfo& info;
  const TensorPlace& place;
  const TensorSource& source;
  const TensorProfile& profile;
};

/// What the checks of one run share, and where they leave what they find.
struct LintRun {
  const Checkpoint& checkpoint;
  const ConfigValues& config;              ///< of config.json; empty where there is none
  const std::vector<TensorPlace>& places;  ///< of each tensor
  bool readsValues;
  const Backend* backend;          ///< for reads of one's own
  const Calibration* calibration;  ///< what the layers are given; null where that is not asked for
  JobContext job;                  ///< for reads of one's own: without progress

  std::vector<LintFinding> findings = {};
  void add(LintFinding finding) { findings.push_back(std::move(finding)); }
};

/// A rule at work on one checkpoint. Each hook fails only where reading does; what concerns one tensor
/// (concernsOneTensor) does not stop the others.
class LintCheck {
 public:
  virtual ~LintCheck() = default;
  /// Once, before the values of any tensor are read.
  virtual Result<> headers(LintRun&) { return {}; }
  /// For each readable weight, packed ones as what they decode to, in file order.
  virtual Result<> tensor(LintRun&, const LintedTensor&) { return {}; }
  /// A weight whose values could not be read.
  virtual void failed(LintRun&, std::size_t, const Error&) {}
  /// Once, behind all weights.
  virtual Result<> end(LintRun&) { return {}; }
};

template <class Check>
std::unique_ptr<LintCheck> makeCheck() {
  return std::make_unique<Check>();
}

}  // namespace ulpscope
