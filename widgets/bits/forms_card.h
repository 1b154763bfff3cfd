// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "core/formats/explain.h"

namespace ulpscope {

class FactList;

/// One number in all its spellings, every digit: exact, shortest, hex float, code, bits, bytes in both orders, a link.
class FormsCard final : public QWidget {
  Q_OBJECT

 public:
  explicit FormsCard(QWidget* parent = nullptr);
  void setExplanation(const Explanation& explanation);

 private:
  FactList* m_facts;
};

}  // namespace ulpscope
