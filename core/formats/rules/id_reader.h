// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>

namespace ulpscope {

/// Takes an id apart from the left.
class IdReader {
 public:
  explicit IdReader(std::string_view text) : m_rest(text) {}

  /// Takes `word` if the rest begins with it.
  bool take(std::string_view word);
  /// A number without leading zeros, up to 9,999; a minus sign is taken where `sign` allows it.
  std::optional<int> takeNumber(bool sign = false);
  bool atEnd() const { return m_rest.empty(); }

 private:
  std::string_view m_rest;
};

}  // namespace ulpscope
