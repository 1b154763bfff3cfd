// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

namespace ulpscope {

/// A page of text to read beside the window: Markdown of ours, never of a file. Blocks nothing, deletes itself when
/// closed.
class PagePanel final : public QWidget {
  Q_OBJECT

 public:
  PagePanel(const QString& title, const QString& markdown, QWidget* parent);
  /// Shows one, with the focus.
  static void open(const QString& title, const QString& markdown, QWidget* parent);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
};

}  // namespace ulpscope
