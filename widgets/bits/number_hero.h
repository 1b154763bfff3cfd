// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/bits/hero_text.h"

namespace ulpscope {

/// The stored value, set as large as the width allows, with its error, class and formula below. The context menu
/// switches to every digit and back, as Space does, and copies each form.
class NumberHero final : public QWidget {
  Q_OBJECT

 public:
  explicit NumberHero(QWidget* parent = nullptr);

  void setText(const HeroText& text);
  void setShowsExact(bool exact);
  bool showsExact() const { return m_showsExact; }

  QSize sizeHint() const override { return {320, 116}; }
  QSize minimumSizeHint() const override { return {220, 116}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void paintValue(QPainter& painter, const QRectF& rect) const;
  void paintRightAligned(QPainter& painter, double top, const QString& text, const QFont& font,
                         const QColor& color) const;

  HeroText m_text;
  bool m_showsExact = false;
};

}  // namespace ulpscope
