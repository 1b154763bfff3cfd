// SPDX-License-Identifier: Apache-2.0
#include "tests/source_path.h"

namespace ulpscope {

std::string sourcePath(std::string_view below) { return std::string(ULPSCOPE_SOURCE_DIR "/").append(below); }

}  // namespace ulpscope
