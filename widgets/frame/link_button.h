// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractButton>

namespace ulpscope {

/// A quiet button that is only a word: "copy", "cancel". Muted, in the accent under the pointer.
class LinkButton final : public QAbstractButton {
  Q_OBJECT

 public:
  enum class Tone { Quiet, Accent };

  explicit LinkButton(const QString& text, Tone tone = Tone::Quiet, QWidget* parent = nullptr);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  Tone m_tone;
};

}  // namespace ulpscope
