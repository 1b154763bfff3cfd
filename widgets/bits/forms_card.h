// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <vector>

#include "widgets/bits/copy_choices.h"

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

  std::vector<CopyChoice> m_spellings;  ///< not the explanation, which does not outlive its format
  QTextBrowser* m_text;
};

}  // namespace ulpscope
