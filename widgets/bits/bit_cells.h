// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>
#include <vector>

#include "core/formats/number_format.h"
#include "widgets/bits/bit_layout.h"
#include "widgets/bits/field_notes.h"

namespace ulpscope {

class NoteField;

/// The bits of a code as cells, coloured by field, bit numbers above and field totals below. A click toggles a bit, a
/// drag gives all bits it crosses that bit's new value; arrow keys move, Space toggles, 0 and 1 set a bit and go on to
/// the next. The numbers in the totals can be written over.
class BitCells final : public QWidget {
  Q_OBJECT

 public:
  explicit BitCells(QWidget* parent = nullptr);

  void setCode(const NumberFormat& format, std::uint64_t code);
  std::uint64_t code() const { return m_code; }

  /// The rectangle of a bit's cell.
  QRect cellRect(int bit) const;
  /// The width at which the cells have their full size in one row (a row per field run where there are several).
  int fullWidth() const { return static_cast<int>(fullWidthOfBits(m_fields)); }

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 Q_SIGNALS:
  /// At every change by the user, also amid a drag.
  void codeEdited(quint64 code);
  /// The change is complete: the button was released, or it was a key.
  void editingFinished();
  /// What was typed for a field is no number that it can hold: one sentence.
  void refused(const QString& sentence);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool event(QEvent* event) override;

 private:
  struct Drag {
    bool value;                 ///< what the crossed bits become
    int lastBit;                ///< where the pointer was
    std::vector<QRectF> cells;  ///< where they were at its start: in tapered formats a changed bit moves the fields
  };

  void layOut();
  void paintCell(QPainter& painter, int bit) const;
  void paintNote(QPainter& painter, std::size_t field) const;
  void showEditors();
  void placeEditors();
  void writeField(std::size_t field, bool result, const QString& text);
  void setBit(int bit, bool value);
  void moveCursor(int bit);
  void describe();
  QString nameOfBit(int bit) const;
  std::optional<int> bitAt(QPointF position) const;
  bool isSet(int bit) const { return (m_code >> bit & 1) != 0; }
  int topBit() const { return m_fields.front().highestBit; }
  const BitField& fieldOf(int bit) const;
  std::vector<double> noteWidths() const;

  /// A number of a note that can be written over: what a field stores, or what its note comes to.
  struct Editor {
    std::size_t field;
    bool result;
    NoteField* line;
  };

  const NumberFormat* m_format;
  std::vector<BitField> m_fields;
  std::uint64_t m_code = 0;
  std::vector<FieldNote> m_notes;
  std::vector<Editor> m_editors;
  BitLayout m_layout;
  int m_cursor = 0;
  std::optional<int> m_hovered;
  std::optional<Drag> m_drag;
};

}  // namespace ulpscope
