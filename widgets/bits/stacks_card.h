// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <string>

#include "core/formats/number_format.h"

namespace ulpscope {

class FactList;

/// What other software, hardware and standards store for the number: value, code, and the rule that decided.
class StacksCard final : public QWidget {
  Q_OBJECT

 public:
  explicit StacksCard(QWidget* parent = nullptr);
  /// `value` is what parseNumber reads; the rows stay where it cannot. `ours` is the code that is on show.
  void setNumber(const NumberFormat& format, const std::string& value, std::uint64_t ours);

 private:
  FactList* m_facts;
};

}  // namespace ulpscope
