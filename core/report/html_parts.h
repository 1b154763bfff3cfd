// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/figure.h"

namespace ulpscope {

/// Pieces of an HTML page. Every text goes through markupText on its way in; what is markup already is named so.

struct HtmlColumn {
  enum class Kind : std::uint8_t {
    Word,    ///< an id, a type
    Number,  ///< stands at the right, in the face of numbers
    Long,    ///< names and sentences, which may break anywhere
  };
  std::string title;
  Kind kind = Kind::Word;
  std::string definition = {};  ///< one line below the title
};
inline constexpr HtmlColumn::Kind kNumber = HtmlColumn::Kind::Number;
inline constexpr HtmlColumn::Kind kLong = HtmlColumn::Kind::Long;

/// Writes a table cell by cell, row by row. It scrolls by itself where it is wider or higher than the page.
class HtmlTable {
 public:
  explicit HtmlTable(std::vector<HtmlColumn> columns);

  HtmlTable& text(std::string_view text);
  /// Few digits to read, and the number as the shortest text that reads back as its title; "—" for NaN, which is how
  /// statistics say that there is none.
  HtmlTable& number(double value, int digits = 4);
  HtmlTable& exact(double value);  ///< the shortest text that reads back
  HtmlTable& count(std::uint64_t value);
  HtmlTable& markup(std::string_view markup);
  void endRow();

  std::string finish();

 private:
  HtmlTable& cell(std::string_view markup, std::string_view title = {});

  std::vector<HtmlColumn> m_columns;
  std::size_t m_column = 0;
  std::string m_out;
};

/// All cells exactly as they are. Columns that are empty in every row are left out.
std::string htmlTable(const Table& table);

/// Numbers ten a row, each row led by the index of its first.
std::string htmlNumberGrid(std::string_view indexTitle, std::span<const double> numbers);

/// Closed until it is asked for.
std::string htmlDetails(std::string_view summary, std::string_view contentMarkup);

/// A picture with its name for those who cannot see it, and `dataMarkup` below.
std::string htmlFigure(const Figure& figure, double height, std::string_view dataMarkup);

/// One bar of 900 pixels cut into shares, each with its name where there is room; from the eighth on all are grey.
struct BarShare {
  std::string name;
  double share;  ///< of 1
};
std::string htmlStackedBar(std::string_view title, std::span<const BarShare> shares);
std::string_view barColour(std::size_t index);

/// The heights of a small histogram, 0 to 1, as a picture in a line of text.
std::string htmlOutline(std::span<const float> heights);

}  // namespace ulpscope
