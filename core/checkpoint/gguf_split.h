// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ulpscope {

/// How the files of a split GGUF model are called: "model-00002-of-00003.gguf", counted from 1.
struct GgufSplitName {
  std::string prefix;    ///< "model", without a folder
  std::uint64_t number;  ///< 1 to count
  std::uint64_t count;

  /// The name of another file of the set, in the same folder.
  std::string sibling(std::uint64_t number) const;
};

/// nullopt if `path` does not end like that.
std::optional<GgufSplitName> parseGgufSplitName(std::string_view path);

}  // namespace ulpscope
