// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/bit_layout.h"

#include <algorithm>
#include <cmath>

namespace ulpscope {
namespace {

constexpr double kLargestCell = 46;
constexpr double kSmallestCell = 18;
constexpr double kComfortableCell = 20;  ///< below it a fraction is rather split over rows
constexpr double kGap = 5;               ///< between full-sized cells; shrinks with them
constexpr double kFieldGap = 19;
constexpr double kAspect = 56.0 / 46.0;
constexpr double kBitNumberHeight = 18;
constexpr double kNoteLine = 20;
constexpr double kNoteGap = 8;  ///< from cell to note
constexpr double kBetweenNotes = 20;
constexpr double kBetweenRows = 8;
constexpr int kOneRowBits = 16;
constexpr int kMostRowsOfAField = 4;

/// A run of cells of one field in one row.
struct Run {
  std::size_t field;
  int highestBit;
  int bits;
};
using Row = std::vector<Run>;

/// Width of a row of `bits` cells with `borders` field borders, per px of cell width.
double rowWidthPerCell(int bits, int borders) {
  return bits + ((bits - 1 - borders) * kGap + borders * kFieldGap) / kLargestCell;
}

double rowWidthPerCell(const Row& row) {
  int bits = 0;
  for (const Run& run : row) bits += run.bits;
  return rowWidthPerCell(bits, static_cast<int>(row.size()) - 1);
}

/// The field split into `parts` runs, the first ones longer where it does not divide.
std::vector<Run> split(const BitField& field, std::size_t index, int parts) {
  std::vector<Run> runs;
  int highest = field.highestBit;
  for (int part = 0; part < parts; ++part) {
    const int bits = (field.bits + parts - 1 - part) / parts;
    runs.push_back({index, highest, bits});
    highest -= bits;
  }
  return runs;
}

std::vector<Row> breakIntoRows(std::span<const BitField> fields, double width) {
  int bits = 0;
  for (const BitField& field : fields) bits += field.bits;
  std::vector<Row> rows(1);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const BitField& field = fields[i];
    const bool breaksHere = bits > kOneRowBits && field.kind == FieldKind::Fraction && !rows.back().empty();
    if (breaksHere) rows.emplace_back();
    int parts = 1;
    while (parts < kMostRowsOfAField && rowWidthPerCell((field.bits + parts - 1) / parts, 0) * kComfortableCell > width)
      ++parts;
    if (bits <= kOneRowBits || parts == 1) {
      rows.back().push_back({i, field.highestBit, field.bits});
      continue;
    }
    const std::vector<Run> runs = split(field, i, parts);
    rows.back().push_back(runs.front());
    for (auto run = runs.begin() + 1; run != runs.end(); ++run) rows.push_back({*run});
  }
  return rows;
}

double cellWidth(const std::vector<Row>& rows, double width) {
  double widest = 1;
  for (const Row& row : rows) widest = std::max(widest, rowWidthPerCell(row));
  return std::clamp(std::floor(width / widest), kSmallestCell, kLargestCell);
}

struct Metrics {
  explicit Metrics(double cellWidth)
      : cell(cellWidth),
        cellHeight(std::round(cellWidth * kAspect)),
        gap(kGap * cellWidth / kLargestCell),
        fieldGap(kFieldGap * cellWidth / kLargestCell) {}

  double cell;
  double cellHeight;
  double gap;
  double fieldGap;
};

/// A note and the left end of its field.
struct PlacedNote {
  std::size_t field;
  double fieldX;
  double width;
};

bool endsField(const Run& run, std::span<const BitField> fields) {
  return run.highestBit - run.bits == fields[run.field].highestBit - fields[run.field].bits;
}

bool fitsBeside(const std::vector<PlacedNote>& notes, double rowEnd, double width) {
  double end = rowEnd;
  for (const PlacedNote& note : notes) end += kBetweenNotes + note.width;
  return end <= width;
}

void placeBeside(const std::vector<PlacedNote>& notes, double rowEnd, double centre, BitLayout& layout) {
  double x = rowEnd;
  for (const PlacedNote& note : notes) {
    x += kBetweenNotes;
    layout.notes[note.field] = {x, centre};
    x += note.width;
  }
}

/// The height taken, with the gap to the cells.
double placeBelow(const std::vector<PlacedNote>& notes, double top, double width, BitLayout& layout) {
  if (notes.empty()) return 0;
  double x = 0;
  double lineTop = top;
  for (const PlacedNote& note : notes) {
    x = std::max(x, note.fieldX);
    if (x + note.width > width && x > 0) {
      // Under its field if that is where the line before has left off, else from the left.
      x = note.fieldX + note.width <= width ? note.fieldX : 0;
      if (&note != &notes.front()) lineTop += kNoteLine;
    }
    layout.notes[note.field] = {x, lineTop + kNoteLine / 2};
    x += note.width + kBetweenNotes;
  }
  return lineTop + kNoteLine - top + kNoteGap;
}

}  // namespace

BitLayout layOutBits(std::span<const BitField> fields, std::span<const double> noteWidths, double width) {
  const std::vector<Row> rows = breakIntoRows(fields, width);
  const Metrics metrics(cellWidth(rows, width));
  BitLayout layout;
  layout.cells.resize(static_cast<std::size_t>(fields.front().highestBit) + 1);
  layout.notes.resize(fields.size());
  double y = 0;
  for (const Row& row : rows) {
    if (y > 0) y += kBetweenRows;
    y += kBitNumberHeight;
    std::vector<PlacedNote> notes;
    double x = 0;
    for (const Run& run : row) {
      if (endsField(run, fields) && noteWidths[run.field] > 0) notes.push_back({run.field, x, noteWidths[run.field]});
      for (int bit = run.highestBit; bit > run.highestBit - run.bits; --bit) {
        layout.cells[static_cast<std::size_t>(bit)] = {x, y, metrics.cell, metrics.cellHeight};
        x += metrics.cell + metrics.gap;
      }
      x += metrics.fieldGap - metrics.gap;
    }
    const double rowEnd = x - metrics.fieldGap;
    if (rows.size() > 1 && fitsBeside(notes, rowEnd, width)) {
      placeBeside(notes, rowEnd, y + metrics.cellHeight / 2, layout);
      y += metrics.cellHeight;
    } else {
      y += metrics.cellHeight;
      y += placeBelow(notes, y + kNoteGap, width, layout);
    }
  }
  layout.height = y;
  return layout;
}

double fullWidthOfBits(std::span<const BitField> fields) {
  double widest = 0;
  for (const Row& row : breakIntoRows(fields, kLargestCell * rowWidthPerCell(fields.front().highestBit + 1, 0)))
    widest = std::max(widest, rowWidthPerCell(row));
  return std::ceil(widest * kLargestCell);
}

}  // namespace ulpscope
