// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QPointF>
#include <QRectF>
#include <span>
#include <vector>

#include "core/formats/number_format.h"

namespace ulpscope {

/// Where the cells of a code's bits and the notes under its fields stand, for a given width.
///
/// Cells are as wide as the width allows, from 46 px down to 18 px. Formats of up to 16 bits stand in one row; wider
/// ones start a new row at the fraction, and a fraction that would need cells below 20 px is split evenly over rows. A
/// field's note stands under its last row; notes that would collide move to the right, then to a line below. In formats
/// of several rows, the notes of a row that leaves room for them stand at its right end instead.
struct BitLayout {
  std::vector<QRectF> cells;   ///< by bit
  std::vector<QPointF> notes;  ///< by field: left end and vertical centre of its note
  double height = 0;
};

/// `noteWidths` in px, one for each field; 0 where a field has no note.
BitLayout layOutBits(std::span<const BitField> fields, std::span<const double> noteWidths, double width);

/// The width at which the cells have their full size.
double fullWidthOfBits(std::span<const BitField> fields);

}  // namespace ulpscope
