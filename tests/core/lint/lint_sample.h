// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "core/calibration/calibration.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope::test {

/// A checkpoint that a rule has something to say of, and one like it that it is silent about.
struct LintSample {
  std::string rule;
  std::string name;  ///< what is wrong; of letters, digits and underscores
  Checkpoint faulty;
  Checkpoint sound;
  std::string tensor;                                        ///< that the finding is about; empty for the file
  std::string message;                                       ///< a part of what it says
  std::shared_ptr<const Calibration> calibration = {};       ///< that the faulty one is given
  std::shared_ptr<const Calibration> soundCalibration = {};  ///< that the sound one is given

  friend void PrintTo(const LintSample& sample, std::ostream* out) { *out << sample.rule << ' ' << sample.name; }
};

/// At least one of each rule: one with a new rule is added in lint_samples.cpp.
const std::vector<LintSample>& lintSamples();

/// Normally distributed values, the same everywhere.
std::vector<float> normals(std::size_t count, float deviation, unsigned seed = 1);
std::string bytesOf(const std::vector<float>& values);
/// Cut to the upper 16 bits: BF16 rounded toward zero.
std::string bfloatsOf(const std::vector<float>& values);

/// Opens a safetensors file from memory as openCheckpoint does, packed weights included.
Checkpoint openedWith(const std::string& bytes, std::string config = {}, bool allowDamaged = false);

}  // namespace ulpscope::test
