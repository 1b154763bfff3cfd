// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QStyledItemDelegate>

namespace ulpscope {

class FindingsModel;

/// Paints a finding: a dot in the colour of its severity, its tensor, and below it up to two lines of what was found.
class FindingDelegate final : public QStyledItemDelegate {
 public:
  explicit FindingDelegate(const FindingsModel& model, QObject* parent = nullptr);

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

 private:
  const FindingsModel& m_model;
};

}  // namespace ulpscope
