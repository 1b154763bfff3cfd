// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>

#include "core/formats/explain.h"

class QTextBrowser;

namespace ulpscope {

/// One number in all its spellings, every digit: exact, shortest, hex float, code, bits, bytes in both orders, a link.
class FormsCard final : public QWidget {
  Q_OBJECT

 public:
  explicit FormsCard(QWidget* parent = nullptr);
  void setExplanation(const Explanation& explanation);

 private:
  void render();

  std::optional<Explanation> m_explanation;
  QTextBrowser* m_text;
};

}  // namespace ulpscope
