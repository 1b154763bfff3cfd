// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace ulpscope::hdf5 {

/// Does on purpose what a file that took the worker over would do, and answers with a Failure that says whether it was
/// refused; or ends as it would. Called inside the sandbox.
[[noreturn]] void misbehave(std::string_view how);

}  // namespace ulpscope::hdf5
