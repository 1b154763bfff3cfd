// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QLineEdit>

#include "widgets/bits/step.h"

namespace ulpscope {

/// A line for a number that can be marked as unreadable. Up and down are one exponent; Ctrl with left and right is one
/// ulp, since the plain arrows move the caret.
class NumberField final : public QLineEdit {
  Q_OBJECT

 public:
  explicit NumberField(const QString& name, QWidget* parent = nullptr);

  /// Replaces the text and takes the mark away.
  void show(const QString& text);
  using QWidget::show;
  /// Empty: the text is fine.
  void setError(const QString& sentence);
  const QString& error() const { return m_error; }

 Q_SIGNALS:
  void stepped(ulpscope::Step step);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  QString m_error;
};

}  // namespace ulpscope
