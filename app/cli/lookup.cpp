// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/base/text.h"
#include "core/tensor/element_type.h"

namespace ulpscope {
namespace {

constexpr std::array kRoundings{Rounding::NearestEven,    Rounding::NearestAway,    Rounding::TowardZero,
                                Rounding::TowardPositive, Rounding::TowardNegative, Rounding::ToOdd,
                                Rounding::Stochastic};
constexpr std::array kOverflows{Overflow::Format, Overflow::Saturate, Overflow::Infinity, Overflow::Nan};

template <class Items, class Id>
std::string idsOf(const Items& items, const Id& id) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + std::string(id(item));
  return text;
}

tl::unexpected<Error> unknown(std::string_view what, std::string_view found, const std::string& known) {
  return fail(Errc::Usage, fmt::format("{} expected ({}), found {}", what, known, printable(found)));
}

}  // namespace

Result<const BlockFormat*> blockFormatOf(std::string_view id) {
  if (const BlockFormat* format = findBlockFormat(id)) return format;
  return unknown("a block format", id, blockFormatIds());
}

Result<const Scheme*> schemeOf(std::string_view id) {
  if (const Scheme* scheme = findScheme(id)) return scheme;
  return unknown("a scheme", id, idsOf(schemeRegistry(), [](const Scheme* scheme) { return scheme->info().id; }));
}

Result<std::vector<const Scheme*>> schemesOf(std::span<const std::string> ids) {
  std::vector<const Scheme*> schemes;
  for (const std::string& id : ids) {
    const auto scheme = schemeOf(id);
    if (!scheme) return tl::unexpected(scheme.error());
    if (std::ranges::find(schemes, *scheme) != schemes.end())
      return fail(Errc::Usage, fmt::format("each scheme once expected, found {} twice", printable(id)));
    schemes.push_back(*scheme);
  }
  return schemes;
}

Result<Rounding> roundingOf(std::string_view id) {
  if (const auto rounding = findRounding(id)) return *rounding;
  return unknown("a rounding", id, roundingIds());
}

Result<Overflow> overflowOf(std::string_view id) {
  if (const auto overflow = findOverflow(id)) return *overflow;
  return unknown("an overflow rule", id, overflowIds());
}

Result<const Stack*> stackOf(std::string_view id) {
  if (const Stack* stack = findStack(id)) return stack;
  return unknown("a stack", id, stackIds());
}

std::string typeTitle(std::string_view storedType) {
  const ElementType* type = findElementType(storedType);
  return type ? std::string(type->title) : printable(storedType);
}

std::string roundingIds() {
  return idsOf(kRoundings, [](Rounding rounding) { return idOf(rounding); });
}
std::string overflowIds() {
  return idsOf(kOverflows, [](Overflow overflow) { return idOf(overflow); });
}
std::string stackIds() {
  return idsOf(stackRegistry(), [](const Stack* stack) { return stack->id; });
}

std::string blockFormatIds() {
  return idsOf(blockFormats(), [](const BlockFormat& format) { return format.id; });
}

Result<> checkFree(const std::string& path, bool force, std::span<const std::string> inputs) {
  if (auto other = refuseInputAsOutput(path, inputs); !other) return other;
  std::error_code ignored;
  if (force || !std::filesystem::exists(path, ignored)) return {};
  return fail(Errc::Usage, "a new file expected, found one (--force replaces it)", path);
}

}  // namespace ulpscope
