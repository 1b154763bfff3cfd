// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/ticks.h"

namespace ulpscope {

/// The light palette of the house, as SVG colours.
namespace svg {
inline constexpr std::string_view kSurface = "#FFFFFF";
inline constexpr std::string_view kText = "#1D1F21";
inline constexpr std::string_view kMuted = "#5F6368";
inline constexpr std::string_view kHairline = "#EAEAE6";
inline constexpr std::string_view kOutlier = "#E69F00";
inline constexpr std::string_view kOutlierText = "#8F5F00";
inline constexpr std::string_view kSpecial = "#CC79A7";
/// Okabe-Ito in the order of the house.
inline constexpr std::array<std::string_view, 8> kSeries{"#0072B2", "#E69F00", "#009E73", "#D55E00",
                                                         "#CC79A7", "#56B4E9", "#F0E442", "#767B80"};
}  // namespace svg

struct SvgTextStyle {
  enum class Anchor { Start, Middle, End };
  Anchor anchor = Anchor::Start;
  int size = 11;
  std::string_view colour = svg::kMuted;
  bool numeric = false;  ///< in the monospaced face
  bool strong = false;
  bool halo = false;     ///< on a white seam that keeps it apart from lines behind it
  bool upright = false;  ///< turned a quarter to the left, reading upwards
};

/// Where data are drawn, in pixels from the top left.
struct PlotArea {
  double left;
  double top;
  double right;
  double bottom;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

/// Builds one SVG document. Texts are escaped and made printable by it (markupText).
class SvgWriter {
 public:
  static constexpr double kWidth = 900;
  static constexpr double kHeight = 480;

  explicit SvgWriter(double height = kHeight);

  void text(double x, double y, std::string_view text, const SvgTextStyle& style);
  void line(double x1, double y1, double x2, double y2, std::string_view colour);
  /// `data` is path syntax written by us; `attributes` are, too.
  void path(std::string_view data, std::string_view attributes);
  void element(std::string_view markup) { m_body += markup; }

  /// Title, and the notes in a muted line under it.
  void heading(std::string_view title, const std::vector<std::string>& notes);

  std::string finish() const;

 private:
  std::string m_body;
};

/// A number in a document: at most two decimals, no trailing zeros.
std::string svgNumber(double value);

/// Roughly how wide `text` is in the house's face, in pixels: 0.58 of the size a character. For placing labels only.
double svgTextWidth(std::string_view text, int size);

}  // namespace ulpscope
