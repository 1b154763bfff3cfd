// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <hdf5.h>

#include <string>

namespace ulpscope::hdf5 {

/// Writes a record for each attribute of the object that is text or a number, or a list of them. Of other kinds and of
/// more than the protocol's limits nothing is written.
void listAttributes(hid_t object, const std::string& path);

/// The text of an attribute that holds one; empty otherwise.
std::string textAttribute(hid_t object, const char* name);

}  // namespace ulpscope::hdf5
