// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <string>

#include "core/formats/number_format.h"

namespace ulpscope {

class TableModel;
class TableView;

/// What other software, hardware and standards store for the number, a row each, and the rule that decided.
class StacksCard final : public QWidget {
  Q_OBJECT

 public:
  explicit StacksCard(QWidget* parent = nullptr);
  /// `value` is what parseNumber reads; the rows stay where it cannot.
  void setNumber(const NumberFormat& format, const std::string& value);

 private:
  TableModel* m_model;
  TableView* m_table;
};

}  // namespace ulpscope
