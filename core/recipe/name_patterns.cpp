// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/name_patterns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ulpscope {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(R"(\^$.|?*+()[]{}-)").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

struct Family {
  std::string before;
  std::string after;
  std::vector<std::string> numbers;
};

/// "layer.12.query" -> "layer.", "12", ".query": the first component between dots that is a number.
Family split(std::string_view name) {
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find('.', at), name.size());
    if (end > at && std::ranges::all_of(name.substr(at, end - at), isDigit))
      return {std::string(name.substr(0, at)), std::string(name.substr(end)), {std::string(name.substr(at, end - at))}};
    at = end + 1;
  }
  return {std::string(name), "", {}};
}

}  // namespace

std::vector<std::string> namePatterns(std::span<const std::string> names) {
  std::vector<Family> families;
  for (const std::string& name : names) {
    Family family = split(name);
    const auto same = std::ranges::find_if(families, [&](const Family& other) {
      return !family.numbers.empty() && !other.numbers.empty() && other.before == family.before &&
             other.after == family.after;
    });
    if (same == families.end())
      families.push_back(std::move(family));
    else
      same->numbers.push_back(family.numbers.front());
  }
  std::vector<std::string> patterns;
  for (const Family& family : families) {
    std::string numbers = fmt::format("{}", fmt::join(family.numbers, "|"));
    if (family.numbers.size() > 1) numbers = '(' + numbers + ')';
    patterns.push_back(escaped(family.before) + numbers + escaped(family.after));
  }
  return patterns;
}

std::string_view moduleOf(std::string_view name) {
  constexpr std::string_view suffix = ".weight";
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

}  // namespace ulpscope
