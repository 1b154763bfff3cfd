// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace ulpscope::hdf5 {

/// Limits on memory, time and files, which every kernel knows, and no new privileges; the process dies with the thread
/// that started it. Returns what could not be had, or an empty string.
std::string limitResources();

/// From here on the process can read descriptor 3, write to descriptor 1, get memory and end: nothing can be opened,
/// sent, started or run. Whatever else it asks for is refused, and what only an attacker would ask for ends it. Returns
/// why the kernel would not have it, or an empty string.
std::string enterSandbox();

}  // namespace ulpscope::hdf5
