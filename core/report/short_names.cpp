// SPDX-License-Identifier: Apache-2.0
#include "core/report/short_names.h"

#include <algorithm>

namespace ulpscope {
namespace {

using Segments = std::vector<std::string>;

Segments segmentsOf(const std::string& name) {
  Segments segments(1);
  for (const char c : name) {
    if (c == '.')
      segments.emplace_back();
    else
      segments.back() += c;
  }
  return segments;
}

bool isNumber(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::vector<std::string> shortNames(std::span<const std::string> names) {
  std::vector<Segments> all;
  std::size_t fewest = 0;
  for (const std::string& name : names) {
    all.push_back(segmentsOf(name));
    fewest = all.size() == 1 ? all[0].size() : std::min(fewest, all.back().size());
  }
  if (all.size() < 2) return {names.begin(), names.end()};
  const auto allHave = [&](auto segment) {
    return std::ranges::all_of(all, [&](const Segments& s) { return segment(s) == segment(all[0]); });
  };
  std::size_t front = 0;
  while (front < fewest && allHave([&](const Segments& s) { return s[front]; })) ++front;
  if (front == fewest && allHave([](const Segments& s) { return s.size(); })) return {names.begin(), names.end()};
  std::size_t back = 0;
  while (front + back + 1 < fewest && allHave([&](const Segments& s) { return s[s.size() - 1 - back]; })) ++back;
  std::vector<std::string> shortened;
  for (const Segments& segments : all) {
    std::size_t first = std::min(front, segments.size() - 1);
    if (first > 0 && isNumber(segments[first])) --first;
    std::string name = segments[first];
    for (std::size_t i = first + 1; i + back < segments.size(); ++i) name += '.' + segments[i];
    shortened.push_back(std::move(name));
  }
  return shortened;
}

}  // namespace ulpscope
