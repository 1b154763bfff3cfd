// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.h"

namespace ulpscope {

/// Things in a file of which the same is to be said: one sentence names the first and counts the others, however many
/// a hostile file has.
class Finding {
 public:
  void add(std::string_view name) {
    if (m_count++ == 0) m_first = inQuotes(name);
  }
  /// `sentence` without its full stop: "The index lists tensors that its shards do not hold".
  void warn(std::vector<std::string>& warnings, std::string_view sentence) const {
    if (m_count == 0) return;
    const std::string who = m_count == 1 ? m_first : fmt::format("{} and {} more", m_first, m_count - 1);
    warnings.push_back(fmt::format("{}: {}.", sentence, who));
  }

 private:
  std::string m_first;
  std::uint64_t m_count = 0;
};

}  // namespace ulpscope
