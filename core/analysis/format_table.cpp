// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/format_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdlib>

#include "core/formats/value_order.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

constexpr std::array kColumns{
    FormatColumn{"id", "Id", "How the command line and links name the format", false},
    FormatColumn{"name", "Name", "What its standard or its inventor calls it", false},
    FormatColumn{"title", "Format", "Short name", false},
    FormatColumn{"family", "Family", "Formats of one kind", false},
    FormatColumn{"bits", "Bits", "Bits of a code, padding included", true},
    FormatColumn{"signBits", "Sign", "Sign bits", true},
    FormatColumn{"exponentBits", "Exponent", "Exponent bits", true},
    FormatColumn{"fractionBits", "Fraction", "Stored significand bits", true},
    FormatColumn{"bias", "Bias", "What the stored exponent exceeds the exponent by", true},
    FormatColumn{"max", "Max", "Largest finite value", true},
    FormatColumn{"lowest", "Lowest", "Most negative finite value", true},
    FormatColumn{"min", "Smallest normal", "Smallest positive value with full precision; finfo's tiny", true},
    FormatColumn{"smallestSubnormal", "Smallest subnormal", "Smallest positive value of reduced precision", true},
    FormatColumn{"epsilon", "Epsilon", "Distance from 1 to the next larger value", true},
    FormatColumn{"epsilonBelow", "Epsilon below", "Distance from 1 to the next smaller value", true},
    FormatColumn{"resolution", "Resolution", "A power of ten: all decimals of that many digits survive", true},
    FormatColumn{"hasInfinity", "Infinity", "Whether some code is infinite", false},
    FormatColumn{"nanCodes", "NaN codes", "How many codes are not a number", true},
    FormatColumn{"hasNegativeZero", "Negative zero", "Whether there is a zero with a sign", false},
    FormatColumn{"finiteValues", "Finite values", "Different finite values; the two zeros are one", true},
    FormatColumn{"torch", "torch", "The torch dtype", false},
    FormatColumn{"mlDtypes", "ml_dtypes", "The name in ml_dtypes or NumPy", false},
    FormatColumn{"source", "Source", "The defining document", false}};

/// nullopt where they differ from code to code.
std::optional<std::int64_t> bitsOf(const NumberFormat& format, FieldKind kind) {
  if (format.info().family == FormatFamily::Tapered && kind != FieldKind::Sign) return std::nullopt;
  int bits = 0;
  for (const BitField& field : format.fields(0))
    if (field.kind == kind) bits += field.bits;
  return bits;
}

/// All digits where they are few: 0.0009765625, but 6.10352e-05.
std::string briefly(double number, const std::string& exact) {
  constexpr std::size_t kFew = 12;
  return exact.size() <= kFew ? exact : fmt::format("{:.6g}", number);
}

/// The cells of one format, in the order of the columns.
class RowWriter {
 public:
  explicit RowWriter(const NumberFormat& format) : m_format(format), m_source(format.info().source) {
    const int bits = format.info().codeBits;
    m_how = bits <= kEnumerableBits ? fmt::format("Found by enumerating all {} codes", std::uint64_t{1} << bits)
                                    : std::string("Computed from the layout");
  }

  void word(std::string_view text) {
    FormatCell cell{.source = m_source};
    if (!text.empty()) cell.value = cell.text = std::string(text);
    m_cells.push_back(std::move(cell));
  }
  void layout(std::optional<std::int64_t> number) {
    FormatCell cell{.source = m_source};
    if (number) cell = {*number, std::to_string(*number), {}, {}, m_source};
    m_cells.push_back(std::move(cell));
  }
  void count(std::uint64_t number) { m_cells.push_back({number, std::to_string(number), {}, {}, found()}); }
  void flag(bool is) { m_cells.push_back({is, is ? "yes" : "no", {}, {}, found()}); }

  /// A value of the format.
  void value(std::optional<std::uint64_t> code) {
    FormatCell cell{.source = found()};
    if (code) {
      const double number = toDouble(m_format.decode(*code));
      cell.value = number;
      cell.exact = exactText(m_format, *code);
      cell.text = briefly(number, cell.exact);
      cell.code = codeText(m_format, *code);
    }
    m_cells.push_back(std::move(cell));
  }
  /// A number that is none of its values.
  void derived(const std::optional<std::string>& decimal, std::string_view how) {
    FormatCell cell{.source = fmt::format("{}; {}", how, m_source)};
    if (decimal) {
      const double number = std::strtod(decimal->c_str(), nullptr);
      cell.value = number;
      cell.exact = *decimal;
      cell.text = briefly(number, *decimal);
    }
    m_cells.push_back(std::move(cell));
  }
  std::vector<FormatCell> take() { return std::move(m_cells); }

 private:
  std::string found() const { return fmt::format("{}; {}", m_how, m_source); }

  const NumberFormat& m_format;
  std::string m_source;
  std::string m_how;
  std::vector<FormatCell> m_cells;
};

}  // namespace

std::span<const FormatColumn> formatColumns() { return kColumns; }

std::size_t formatColumn(std::string_view key) {
  const auto found = std::ranges::find(kColumns, key, &FormatColumn::key);
  assert(found != kColumns.end());
  return static_cast<std::size_t>(found - kColumns.begin());
}

std::vector<FormatCell> formatRow(const NumberFormat& format, const FormatLimits& limits) {
  const FormatInfo& info = format.info();
  const FloatSpec* spec = format.floatSpec();
  RowWriter row(format);
  row.word(info.id);
  row.word(info.name);
  row.word(info.title);
  row.word(idOf(info.family));
  row.layout(info.codeBits);
  row.layout(bitsOf(format, FieldKind::Sign));
  row.layout(bitsOf(format, FieldKind::Exponent));
  row.layout(bitsOf(format, FieldKind::Fraction));
  row.layout(spec ? std::optional<std::int64_t>(spec->bias) : std::nullopt);
  row.value(limits.largest);
  row.value(limits.lowest);
  row.value(limits.smallestNormal);
  row.value(limits.smallestSubnormal);
  row.derived(limits.epsilon, "The value after 1, less 1");
  row.derived(limits.epsilonBelow, "1 less the value before it");
  row.derived(limits.resolution, "10^-floor(fraction bits * log10(2))");
  row.flag(limits.hasInfinity);
  row.count(limits.nanCodes);
  row.flag(limits.hasNegativeZero);
  row.count(limits.finiteValues);
  row.word(info.torch);
  row.word(info.mlDtypes);
  row.word(info.source);
  auto cells = row.take();
  assert(cells.size() == kColumns.size());
  return cells;
}

}  // namespace ulpscope
