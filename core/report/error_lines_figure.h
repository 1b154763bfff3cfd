// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/figures.h"

namespace ulpscope {

/// Root mean squared errors of the columns, rows or blocks of a tensor.
struct ErrorLines {
  std::string line;  ///< what one is called: "column"
  std::span<const double> rmse;
  std::function<std::string(std::uint64_t line)> place = {};  ///< where it is, beside its number: "[3, 64]"
};

/// The line that each bar of such a figure shows, at most 32,768 of them: as stored, the worst of some neighbours where
/// there are more; or the worst first. A line without an error is better than any.
std::vector<std::uint64_t> errorBars(std::span<const double> rmse, LineOrder order);

/// A bar a line. Lines beyond 6 scaled MADs of the median of all bars as stored are marked; the three worst are
/// labelled with their numbers, and named in the notes.
Figure errorByLineFigure(std::string_view scheme, const ErrorLines& lines, LineOrder order = LineOrder::AsStored);
Figure errorByColumnFigure(const QuantizationReport& report);

}  // namespace ulpscope
