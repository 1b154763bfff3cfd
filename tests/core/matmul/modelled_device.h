// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>

#include "core/backend/backend.h"
#include "core/matmul/k_order.h"

namespace ulpscope::test {

/// What a device that is a model measures.
struct ModelledDevice {
  int major = 9, minor = 0;           ///< compute capability: offers all formats
  std::string engine = "h100";        ///< that it multiplies by, but for float32 (fma) and INT8 (exact)
  KOrder order = {};                  ///< but for FP8 that promotes, which is /promote:128
  std::optional<Error> failure = {};  ///< of every product
};

/// A backend with such a device beside; `always` computes all else, and what the device measures.
std::shared_ptr<const Backend> backendWithDevice(ModelledDevice device,
                                                 std::shared_ptr<const Backend> always = makeReferenceBackend());

}  // namespace ulpscope::test
