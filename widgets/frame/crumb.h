// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractButton>
#include <functional>

class QMenu;

namespace ulpscope {

/// One step of the selection bar. A click goes where it is looked at; the arrow beside it, the menu key or a right
/// click opens a menu with "Copy" and its siblings.
class Crumb final : public QAbstractButton {
  Q_OBJECT

 public:
  explicit Crumb(const QString& name, QWidget* parent = nullptr);

  void setContent(const QString& text);
  /// The first has no separator before it; the last is the brightest.
  void setPlace(bool first, bool last);
  void setMonospaced(bool on);
  /// Adds the siblings to the menu, each time it is opened.
  void setSiblings(std::function<void(QMenu&)> fill) { m_fill = std::move(fill); }
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  void openMenu();

  int lead() const;

  bool m_first = false;
  bool m_last = false;
  std::function<void(QMenu&)> m_fill;
};

}  // namespace ulpscope
