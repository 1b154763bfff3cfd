// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <hdf5.h>

namespace ulpscope::hdf5 {

/// Writes a record for each object, link and attribute below the root group. Links are listed, never followed; an
/// object that is reached a second time is listed by its new name only.
void listFile(hid_t file);

}  // namespace ulpscope::hdf5
