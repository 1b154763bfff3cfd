// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/gguf_split.h"

#include <fmt/format.h>

#include <charconv>

namespace ulpscope {
namespace {

constexpr std::string_view kEnding = ".gguf";
constexpr std::size_t kDigits = 5;  ///< at least

/// The number that ends `text`, which loses it and `before` in front of it.
std::optional<std::uint64_t> takeNumber(std::string_view& text, std::string_view before) {
  const std::size_t begin = text.find_last_not_of("0123456789") + 1;  // 0 if there is nothing else
  const std::string_view digits = text.substr(begin);
  std::uint64_t number = 0;
  if (digits.size() < kDigits ||
      std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc())
    return std::nullopt;
  text.remove_suffix(digits.size());
  if (!text.ends_with(before)) return std::nullopt;
  text.remove_suffix(before.size());
  return number;
}

}  // namespace

std::string GgufSplitName::sibling(std::uint64_t other) const {
  return fmt::format("{}-{:05}-of-{:05}{}", prefix, other, count, kEnding);
}

std::optional<GgufSplitName> parseGgufSplitName(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  std::string_view name = slash == path.npos ? path : path.substr(slash + 1);
  if (!name.ends_with(kEnding)) return std::nullopt;
  name.remove_suffix(kEnding.size());
  const std::optional<std::uint64_t> count = takeNumber(name, "-of-");
  const std::optional<std::uint64_t> number = count ? takeNumber(name, "-") : std::nullopt;
  if (!number || *number < 1 || *number > *count) return std::nullopt;
  return GgufSplitName{std::string(name), *number, *count};
}

}  // namespace ulpscope
