// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractListModel>
#include <memory>
#include <vector>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// The tensors of a checkpoint that can be drawn over another one, with boxes to tick; the ticked ones first.
class OverlayList final : public QAbstractListModel {
  Q_OBJECT

 public:
  using QAbstractListModel::QAbstractListModel;

  void setTensor(std::shared_ptr<const Checkpoint> checkpoint, std::size_t tensor, std::size_t most);
  void setFilter(const QString& text);
  void setChosen(std::vector<std::size_t> tensors);
  const std::vector<std::size_t>& chosen() const { return m_chosen; }
  std::size_t tensorAt(int row) const { return m_rows[static_cast<std::size_t>(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;

 Q_SIGNALS:
  void chosenChanged();
  void refused();  ///< as many are ticked as there may be

 private:
  void fill();

  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::size_t m_tensor = 0;
  std::size_t m_most = 0;
  QStringList m_words;
  std::vector<std::size_t> m_rows;
  std::vector<std::size_t> m_chosen;  ///< in the order in which they were
};

}  // namespace ulpscope
