// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ulpscope {

/// Makes the records of a ZIP archive fit again after its bytes were changed or moved: each entry of the directory
/// points at the local header of its rank, with the sizes that are there, and the end record at the directory.
/// Checksums are left: no reader of ours refuses wrong ones. `repairMember` gets the bytes of each stored member.
inline void repairZip(std::span<std::byte> data, const std::function<void(std::span<std::byte>)>& repairMember = {}) {
  const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
  const auto all = [&](std::string_view signature) {
    std::vector<std::size_t> found;
    for (std::size_t at = 0; (at = text.find(signature, at)) != text.npos; ++at) found.push_back(at);
    return found;
  };
  const auto read16 = [&](std::size_t at) {
    std::uint16_t value = 0;
    std::memcpy(&value, data.data() + at, sizeof value);
    return value;
  };
  const auto write = [&](std::size_t at, auto value) { std::memcpy(data.data() + at, &value, sizeof value); };
  const std::vector<std::size_t> locals = all({"PK\3\4", 4}), entries = all({"PK\1\2", 4});
  const std::size_t end = text.rfind(std::string_view("PK\5\6", 4));
  if (end == text.npos || end + 22 > data.size() || entries.empty() || entries.front() > end) return;

  for (std::size_t i = 0; i < entries.size() && i < locals.size(); ++i) {
    const std::size_t entry = entries[i], local = locals[i];
    if (entry + 46 > data.size() || local + 30 > entry) continue;
    const std::size_t begin = local + 30 + read16(local + 26) + read16(local + 28);
    const std::size_t next = i + 1 < locals.size() ? std::min(locals[i + 1], entries.front()) : entries.front();
    if (begin > next) continue;
    const auto size = static_cast<std::uint32_t>(next - begin);
    write(entry + 42, static_cast<std::uint32_t>(local));
    write(entry + 20, size);
    if (read16(entry + 10) == 0) {
      write(entry + 24, size);
      if (repairMember) repairMember(data.subspan(begin, size));
    }
  }
  write(end + 8, static_cast<std::uint16_t>(entries.size()));
  write(end + 10, static_cast<std::uint16_t>(entries.size()));
  write(end + 12, static_cast<std::uint32_t>(end - entries.front()));
  write(end + 16, static_cast<std::uint32_t>(entries.front()));
  write(end + 20, static_cast<std::uint16_t>(data.size() - end - 22));
}

}  // namespace ulpscope
