// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/k_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::size_t kLargestCount = 1 << 30;

struct Named {
  std::string_view prefix;
  KOrder::Kind kind;
};
constexpr Named kNamed[] = {{"split:", KOrder::Kind::Split}, {"promote:", KOrder::Kind::Promote}};

}  // namespace

std::size_t KOrder::run(std::size_t k) const {
  if (kind == Kind::Split) return std::max<std::size_t>(1, (k + count - 1) / count);
  return kind == Kind::Promote ? count : std::max<std::size_t>(1, k);
}

std::string KOrder::id() const {
  for (const Named& named : kNamed)
    if (named.kind == kind) return fmt::format("{}{}", named.prefix, count);
  return "sequential";
}

Result<KOrder> parseKOrder(std::string_view text) {
  if (text == "sequential") return KOrder{};
  for (const Named& named : kNamed) {
    if (!text.starts_with(named.prefix)) continue;
    const std::string_view digits = text.substr(named.prefix.size());
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error == std::errc() && end == digits.data() + digits.size() && count > 0 && count <= kLargestCount)
      return KOrder{named.kind, count};
  }
  return fail(Errc::Usage, fmt::format("an order of K expected (sequential, split:N or promote:N, N from 1), found {}",
                                       printable(text)));
}

}  // namespace ulpscope
