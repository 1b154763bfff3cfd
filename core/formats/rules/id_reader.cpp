// SPDX-License-Identifier: Apache-2.0
#include "core/formats/rules/id_reader.h"

namespace ulpscope {

bool IdReader::take(std::string_view word) {
  if (!m_rest.starts_with(word)) return false;
  m_rest.remove_prefix(word.size());
  return true;
}

std::optional<int> IdReader::takeNumber(bool sign) {
  constexpr std::size_t kMostDigits = 4;
  const bool negative = sign && take("-");
  std::size_t digits = 0;
  int number = 0;
  while (digits < m_rest.size() && m_rest[digits] >= '0' && m_rest[digits] <= '9' && digits <= kMostDigits)
    number = number * 10 + (m_rest[digits++] - '0');
  if (digits == 0 || digits > kMostDigits || (digits > 1 && m_rest[0] == '0')) return std::nullopt;
  m_rest.remove_prefix(digits);
  return negative ? -number : number;
}

}  // namespace ulpscope
