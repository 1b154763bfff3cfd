// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <hdf5.h>

#include <string>

namespace ulpscope::hdf5 {

/// Writes the record of the opened dataset; `path` and the address of its object name it. What the library will not say
/// of it becomes a Problem.
void listDataset(hid_t dataset, const std::string& path, haddr_t object);

}  // namespace ulpscope::hdf5
