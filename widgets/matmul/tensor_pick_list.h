// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractListModel>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "widgets/matmul/operand_material.h"

namespace ulpscope {

/// The tensors that an operand can be, in the checkpoint's order: those that fulfil a query.
class TensorPickList final : public QAbstractListModel {
  Q_OBJECT

 public:
  enum Role {
    kFacts = Qt::UserRole,  ///< "BF16  192 × 512"
    kFits,                  ///< whether it has the wanted K, whichever way it lies
  };

  using QAbstractListModel::QAbstractListModel;

  /// All of them, until a query. `k`: that of the other operand; nothing: any.
  void setMaterial(OperandMaterial material, std::optional<std::uint64_t> k);
  void setFitting(bool onlyFitting);
  /// Usage: `query` is none, and the list as before; see TensorQuery.
  Result<> setQuery(const QString& query);

  std::size_t all() const { return m_all; }
  std::size_t tensorAt(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
  /// -1: it is not among them.
  int rowOf(std::size_t tensor) const;
  bool fits(std::size_t tensor) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

 private:
  void fill();

  OperandMaterial m_material;
  std::optional<std::uint64_t> m_k;
  bool m_isOnlyFitting = false;
  TensorQuery m_query;
  std::size_t m_all = 0;  ///< whatever the query
  std::vector<std::size_t> m_rows;
};

}  // namespace ulpscope
