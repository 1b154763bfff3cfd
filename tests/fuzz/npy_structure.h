// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace ulpscope {

/// Makes the length before the header of an .npy file fit again, up to the first line's end.
inline void repairNpy(std::span<std::byte> data) {
  if (data.size() < 12) return;
  const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
  const std::size_t begin = data[6] == std::byte{1} ? 10 : 12;
  const std::size_t end = text.find('\n', begin);
  if (end == text.npos) return;
  const auto length = static_cast<std::uint32_t>(end + 1 - begin);
  std::memcpy(data.data() + 8, &length, begin - 8);
}

}  // namespace ulpscope
