// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/report/table.h"

namespace ulpscope {

/// A figure as data: what the window's plots and the SVG files of `ulp` are both drawn from, so that tests can compare
/// them.
struct Axis {
  std::string title = {};  ///< with its unit
  bool logarithmic = false;
  bool powersOfTwo = false;  ///< values are exponents of two: a linear axis that reads 2⁻⁸, 2⁰, 2⁸
};

struct Series {
  /// Guide: a thin dashed line that bounds or joins other data (a threshold, a Pareto front) and takes no series
  /// colour.
  /// Steps: the outline of bars, for several in one picture.
  enum class Kind { Bars, Line, Points, Guide, Steps };
  Kind kind = Kind::Line;
  std::string name = {};
  std::vector<double> x = {};  ///< Bars and Steps: x.size() == y.size() + 1, the edges
  std::vector<double> y = {};
  std::vector<std::string> labels = {};  ///< one each of y, may be empty; Bars and Points show them beside the mark
  std::vector<bool> marked = {};         ///< drawn in the outlier colour; empty: none
  /// Index of an earlier series that this one is compared with: it has the same colour, lines are dotted and have
  /// hollow marks.
  std::optional<std::size_t> colourOf = {};
  std::vector<std::string> names = {};  ///< one each of y, or empty: what the crosshair calls a mark, in place of its x

  bool hasEdges() const { return kind == Kind::Bars || kind == Kind::Steps; }
};

struct Figure {
  std::string title = {};
  Axis x = {};
  Axis y = {};
  std::vector<Series> series = {};
  bool solidLines = false;              ///< teeth would hide dashes; the names at the lines tell them apart
  std::vector<std::string> notes = {};  ///< printed under the title: "12 values beyond", "NaN 0"
  std::uint64_t below = 0;  ///< values left out to the left of the x axis: told there, where there is a mouse
  std::uint64_t above = 0;  ///< to the right
};

/// A matrix as a picture, cividis for magnitudes, blue-white-orange around zero for signed values.
struct MapFigure {
  std::string title = {};
  std::string rowTitle = {};
  std::string columnTitle = {};
  std::string valueTitle = {};
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values = {};  ///< row-major
  bool isSigned = false;
  std::vector<std::string> notes = {};
};

/// A self-contained SVG document of 900 x 480, or of another height from 200 on. Values that an axis cannot show (not
/// finite, not positive on a logarithmic axis) are left out.
std::string toSvg(const Figure& figure, double height = 480);
std::string toSvg(const MapFigure& figure);

/// The figure's data, one row a point or bin, numbers as the shortest text that reads back; of an axis in powers of two
/// the exponents.
Table toTable(const Figure& figure);
std::string toCsv(const Figure& figure);
/// One line a row of the map, one cell a value.
Table toTable(const MapFigure& figure);
std::string toCsv(const MapFigure& figure);

}  // namespace ulpscope
