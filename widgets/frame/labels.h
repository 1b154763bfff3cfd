// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QLabel>

namespace ulpscope {

/// What a piece of text is; font and colour follow from it and from the theme.
enum class TextRole { Body, Title, Muted, Note, Number, NumberMuted, Hero, Bad };

QFont fontOf(TextRole role);
QColor colorOf(TextRole role);

/// A label that never takes its text for markup, so that strings from a file may be shown in it.
class PlainLabel : public QLabel {
  Q_OBJECT

 public:
  explicit PlainLabel(const QString& text = {}, TextRole role = TextRole::Body, QWidget* parent = nullptr);
  void setRole(TextRole role);

 private:
  void restyle();

  TextRole m_role;
};

/// One line that is cut where there is no room, with the whole text as its tooltip: in the middle, as names of tensors
/// differ at their ends.
class ElidedLabel final : public QWidget {
  Q_OBJECT

 public:
  explicit ElidedLabel(const QString& text = {}, TextRole role = TextRole::Body, QWidget* parent = nullptr);
  void setText(const QString& text);
  const QString& text() const { return m_text; }
  void setRole(TextRole role);
  void setAlignment(Qt::Alignment alignment);
  /// Sentences are better cut at their ends.
  void setElideMode(Qt::TextElideMode mode);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString m_text;
  TextRole m_role;
  Qt::TextElideMode m_elideMode = Qt::ElideMiddle;
  Qt::Alignment m_alignment = Qt::AlignLeft | Qt::AlignVCenter;
};

}  // namespace ulpscope
