// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace ulpscope {

/// A file of the source folder: sourcePath("docs/cli.md"). The folder's name is compiled into one file alone, so that
/// all others come from the compiler's cache in whatever folder they are built.
std::string sourcePath(std::string_view below);

}  // namespace ulpscope
