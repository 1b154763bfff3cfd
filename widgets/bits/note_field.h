// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QLineEdit>

#include "core/formats/number_format.h"

namespace ulpscope {

/// A number amid the words under a bit field, that can be written over: as wide as its text, underlined with dots, in
/// the colour of its field. Enter, or leaving it, takes what was typed; Esc gives it up.
class NoteField final : public QLineEdit {
  Q_OBJECT

 public:
  NoteField(FieldKind kind, bool bold, QWidget* parent);

  FieldKind kind() const { return m_kind; }
  /// Replaces the text, unless the user is in the middle of another one. `exact` takes its place while it has the
  /// focus; empty: the same.
  void show(const QString& text, const QString& exact = {});
  using QWidget::show;
  /// What was typed cannot be taken: it stays, marked.
  void refuse(const QString& sentence);

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

  static constexpr int kHeight = 18;
  /// The width that `text` takes.
  static double widthOf(const QString& text, bool bold);

 Q_SIGNALS:
  void entered(const QString& text);

 protected:
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void restyle();
  void take();
  void setUnmodified(const QString& text);

  FieldKind m_kind;
  QString m_shown;
  QString m_exact;
  bool m_refused = false;
};

/// The face of the words under the bits.
QFont noteFont(bool bold);

/// The colour of a kind of field, as text and as fill.
QColor colorOf(FieldKind kind);

}  // namespace ulpscope
