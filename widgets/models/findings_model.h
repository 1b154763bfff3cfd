// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractListModel>
#include <memory>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/lint/lint.h"
#include "core/report/table.h"

namespace ulpscope {

/// The findings of a checkpoint, one a row. Display is the message; all of a row, with the rule's advice, is its
/// tooltip and its text for screen readers.
class FindingsModel final : public QAbstractListModel {
  Q_OBJECT

 public:
  using QAbstractListModel::QAbstractListModel;

  void setFindings(std::shared_ptr<const Checkpoint> checkpoint, std::vector<LintFinding> findings);
  const LintFinding& findingAt(const QModelIndex& index) const { return m_findings[std::size_t(index.row())]; }
  const std::vector<LintFinding>& findings() const { return m_findings; }
  /// The tensor's name, else that of the rule.
  QString titleAt(const QModelIndex& index) const;

  /// All of them, to be taken away.
  Table table() const;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;

 private:
  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::vector<LintFinding> m_findings;
};

}  // namespace ulpscope
