// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>

#include "core/formats/number_format.h"

namespace ulpscope {

/// All codes of a format of up to 16 bits, a row each, made when they come into view.
class CodeListModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Code, Bits, Class, Value, ColumnCount };

  explicit CodeListModel(QObject* parent = nullptr);

  /// nullptr: nothing to show.
  void setFormat(const NumberFormat* format);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QVariant sortKey(std::uint64_t code, int column) const;

  const NumberFormat* m_format = nullptr;
};

}  // namespace ulpscope
