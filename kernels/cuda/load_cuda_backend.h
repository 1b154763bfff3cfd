// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>

#include "core/backend/backend.h"

namespace ulpscope::kernels {

/// The CUDA backend of the module at `path`, on the device of that number. NotFound: there is no module. Unsupported:
/// it is not one of ours, or of another version. Device: no driver, or no device answers.
Result<std::shared_ptr<Backend>> loadCudaBackend(const std::filesystem::path& path, int device = 0);

/// Looks for the module beside the program and in the library folder next to its folder, as installed and as built.
Result<std::shared_ptr<Backend>> findCudaBackend(int device = 0);

}  // namespace ulpscope::kernels
