// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>

#include "core/analysis/tensor_profile.h"
#include "core/cache/checkpoint_results.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// A tensor of an open checkpoint with what its one read told: what every view of the page is given.
struct ProfiledTensor {
  std::shared_ptr<const Checkpoint> checkpoint;
  std::size_t tensor;
  TensorSource source;
  std::shared_ptr<const TensorProfile> profile;
  KeptSince keptSince = {};  ///< where the profile is of an earlier run

  const std::string& name() const { return source.info().name; }
};

}  // namespace ulpscope
