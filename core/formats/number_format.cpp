// SPDX-License-Identifier: Apache-2.0
#include "core/formats/number_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"
#include "core/formats/format_rule.h"

namespace ulpscope {
namespace {

template <class Enum, std::size_t kCount>
using IdTable = std::array<std::pair<Enum, std::string_view>, kCount>;

constexpr IdTable<Rounding, 7> kRoundings{{{Rounding::NearestEven, "nearest_even"},
                                           {Rounding::NearestAway, "nearest_away"},
                                           {Rounding::TowardZero, "toward_zero"},
                                           {Rounding::TowardPositive, "toward_positive"},
                                           {Rounding::TowardNegative, "toward_negative"},
                                           {Rounding::ToOdd, "to_odd"},
                                           {Rounding::Stochastic, "stochastic"}}};

constexpr IdTable<Overflow, 4> kOverflows{{{Overflow::Format, "format"},
                                           {Overflow::Saturate, "saturate"},
                                           {Overflow::Infinity, "infinity"},
                                           {Overflow::Nan, "nan"}}};

constexpr IdTable<FormatFamily, 12> kFamilies{{{FormatFamily::Ieee, "ieee"},
                                               {FormatFamily::MachineLearning, "machine_learning"},
                                               {FormatFamily::Float8, "float8"},
                                               {FormatFamily::Float6, "float6"},
                                               {FormatFamily::Float4, "float4"},
                                               {FormatFamily::Scale, "scale"},
                                               {FormatFamily::P3109, "p3109"},
                                               {FormatFamily::Tapered, "tapered"},
                                               {FormatFamily::Integer, "integer"},
                                               {FormatFamily::CodeBook, "code_book"},
                                               {FormatFamily::Historic, "historic"},
                                               {FormatFamily::Custom, "custom"}}};

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

/// The named formats and the members of the rules, which it owns.
class Registry {
 public:
  Registry() : m_formats(namedFormats().begin(), namedFormats().end()) {
    for (const FormatRule* rule : formatRules())
      for (const std::string& id : rule->members) {
        m_made.push_back(rule->make(id).value());
        m_formats.push_back(m_made.back().get());
      }
    std::ranges::stable_sort(m_formats, {}, [](const NumberFormat* format) { return format->info().family; });
  }
  std::span<const NumberFormat* const> formats() const { return m_formats; }

 private:
  std::vector<FormatPointer> m_made;
  std::vector<const NumberFormat*> m_formats;
};

}  // namespace

std::span<const NumberFormat* const> formatRegistry() {
  static const Registry registry;
  return registry.formats();
}

const NumberFormat* findFormat(std::string_view id) {
  for (const NumberFormat* format : formatRegistry())
    if (format->info().id == id) return format;
  return nullptr;
}

Result<FormatPointer> makeFormat(std::string_view id) {
  if (const NumberFormat* format = findFormat(id)) return FormatPointer(FormatPointer(), format);
  for (const FormatRule* rule : formatRules())
    if (rule->claims(id)) return rule->make(id);
  std::string known;
  for (const NumberFormat* format : formatRegistry()) known += (known.empty() ? "" : ", ") + format->info().id;
  for (const FormatRule* rule : formatRules()) known += fmt::format(", {}", rule->pattern);
  return fail(Errc::Usage, fmt::format("a format expected ({}), found {}", known, printable(id)));
}

std::string_view idOf(Rounding rounding) { return idIn(kRoundings, rounding); }
std::string_view idOf(Overflow overflow) { return idIn(kOverflows, overflow); }
std::string_view idOf(FormatFamily family) { return idIn(kFamilies, family); }
std::string_view idOf(NumberClass numberClass) { return idIn(kClasses, numberClass); }
std::optional<Rounding> findRounding(std::string_view id) { return findIn(kRoundings, id); }
std::optional<Overflow> findOverflow(std::string_view id) { return findIn(kOverflows, id); }

}  // namespace ulpscope
