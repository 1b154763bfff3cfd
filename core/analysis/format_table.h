// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/formats/limits.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// monostate: the format has no such thing.
using FormatValue = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string>;

/// One fact of a format.
struct FormatCell {
  FormatValue value = {};
  std::string text = {};    ///< short, as a table shows it; empty where there is no value
  std::string exact = {};   ///< every digit; empty: text is all
  std::string code = {};    ///< "0x7E", where the number is a value of the format
  std::string source = {};  ///< how it was found, and the document that defines it
};

struct FormatColumn {
  std::string_view key;    ///< of the JSON that `ulp formats` prints; never changes
  std::string_view title;  ///< short
  std::string_view meaning;
  bool numeric;
};

/// The columns of the table of formats, in order.
std::span<const FormatColumn> formatColumns();
/// The place of a column in formatColumns(); `key` is one of theirs.
std::size_t formatColumn(std::string_view key);

/// The facts of a format, one a column: what `ulp formats` prints and the comparison of formats shows.
std::vector<FormatCell> formatRow(const NumberFormat& format, const FormatLimits& limits);

}  // namespace ulpscope
