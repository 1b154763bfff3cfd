// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

class QVBoxLayout;

namespace ulpscope {

class PlainLabel;
class Session;

/// What an empty page says: what it is for in two lines, a button for the sample and one to open a file.
class Notice final : public QWidget {
  Q_OBJECT

 public:
  Notice(Session& session, const QString& title, const QString& text, QWidget* parent = nullptr);
  void setText(const QString& title, const QString& text);
  /// Another way on, below the buttons.
  void addBelow(QWidget* widget);

 private:
  PlainLabel* m_title;
  PlainLabel* m_text;
  QVBoxLayout* m_below;
};

/// Asks for a checkpoint file (or, with `folder`, for the folder of one) and opens it.
void askAndOpen(Session& session, QWidget* parent, bool folder = false);

}  // namespace ulpscope
