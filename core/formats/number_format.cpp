// SPDX-License-Identifier: Apache-2.0
#include "core/formats/number_format.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ulpscope {
namespace {

template <class Enum, std::size_t kCount>
using IdTable = std::array<std::pair<Enum, std::string_view>, kCount>;

constexpr IdTable<Rounding, 6> kRoundings{{{Rounding::NearestEven, "nearest_even"},
                                           {Rounding::NearestAway, "nearest_away"},
                                           {Rounding::TowardZero, "toward_zero"},
                                           {Rounding::TowardPositive, "toward_positive"},
                                           {Rounding::TowardNegative, "toward_negative"},
                                           {Rounding::ToOdd, "to_odd"}}};

constexpr IdTable<Overflow, 4> kOverflows{{{Overflow::Format, "format"},
                                           {Overflow::Saturate, "saturate"},
                                           {Overflow::Infinity, "infinity"},
                                           {Overflow::Nan, "nan"}}};

constexpr IdTable<FormatFamily, 6> kFamilies{{{FormatFamily::Ieee, "ieee"},
                                              {FormatFamily::MachineLearning, "machine_learning"},
                                              {FormatFamily::Float8, "float8"},
                                              {FormatFamily::Float4, "float4"},
                                              {FormatFamily::Integer, "integer"},
                                              {FormatFamily::CodeBook, "code_book"}}};

constexpr IdTable<NumberClass, 5> kClasses{{{NumberClass::Zero, "zero"},
                                            {NumberClass::Subnormal, "subnormal"},
                                            {NumberClass::Normal, "normal"},
                                            {NumberClass::Infinity, "infinity"},
                                            {NumberClass::Nan, "nan"}}};

template <class Table, class Enum>
std::string_view idIn(const Table& table, Enum value) {
  return std::ranges::find(table, value, [](const auto& row) { return row.first; })->second;
}

template <class Enum, std::size_t kCount>
std::optional<Enum> findIn(const IdTable<Enum, kCount>& table, std::string_view id) {
  const auto row = std::ranges::find(table, id, [](const auto& entry) { return entry.second; });
  if (row == table.end()) return std::nullopt;
  return row->first;
}

}  // namespace

const NumberFormat* findFormat(std::string_view id) {
  for (const NumberFormat* format : formatRegistry())
    if (format->info().id == id) return format;
  return nullptr;
}

std::string_view idOf(Rounding rounding) { return idIn(kRoundings, rounding); }
std::string_view idOf(Overflow overflow) { return idIn(kOverflows, overflow); }
std::string_view idOf(FormatFamily family) { return idIn(kFamilies, family); }
std::string_view idOf(NumberClass numberClass) { return idIn(kClasses, numberClass); }
std::optional<Rounding> findRounding(std::string_view id) { return findIn(kRoundings, id); }
std::optional<Overflow> findOverflow(std::string_view id) { return findIn(kOverflows, id); }

}  // namespace ulpscope
