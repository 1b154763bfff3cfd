// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/tensor_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QSignalBlocker>
#include <QTreeView>
#include <QVBoxLayout>

#include "widgets/checkpoint/tensor_row_delegate.h"
#include "widgets/frame/labels.h"
#include "widgets/models/tensor_tree_model.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

/// A filter that leaves no more than this opens all groups, so that what it found can be seen.
constexpr std::size_t kOpenAllBelow = 400;

constexpr int kNameRoom = 210;  ///< px: 180 for the text, the rest for indentation and scroll bar

struct ColumnWidth {
  TensorTreeModel::Column column;
  int width;
};
/// The columns beside the name, the first to give way first; the shape stays.
constexpr ColumnWidth kWidths[] = {{TensorTreeModel::Size, 74},
                                   {TensorTreeModel::Outline, 52},
                                   {TensorTreeModel::Type, 48},
                                   {TensorTreeModel::Shape, 88}};

}  // namespace

TensorPanel::TensorPanel(TensorTreeModel& model, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_filter(new QLineEdit),
      m_count(new PlainLabel({}, TextRole::Note)),
      m_tree(new QTreeView) {
  m_filter->setPlaceholderText(tr("Filter by name, type, shape"));
  m_filter->setAccessibleName(tr("Filter tensors"));
  m_filter->setClearButtonEnabled(true);
  m_tree->setAccessibleName(tr("Tensors"));
  m_tree->setModel(&m_model);
  m_tree->setItemDelegate(new TensorRowDelegate(m_model, m_tree));
  m_tree->setUniformRowHeights(true);  // 92,000 rows are laid out without asking each for its height
  m_tree->setHeaderHidden(true);
  m_tree->setFrameShape(QFrame::NoFrame);
  m_tree->setIndentation(16);
  m_tree->setAllColumnsShowFocus(true);
  m_tree->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_tree->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  QHeaderView* header = m_tree->header();
  header->setStretchLastSection(false);
  header->setMinimumSectionSize(24);
  header->setSectionResizeMode(QHeaderView::Fixed);
  header->setSectionResizeMode(TensorTreeModel::Name, QHeaderView::Stretch);
  for (const auto& [column, columnWidth] : kWidths) header->resizeSection(column, columnWidth);

  auto* top = new QHBoxLayout;
  top->addWidget(m_filter, 1);
  top->addWidget(m_count);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->setSpacing(8);
  all->addLayout(top);
  all->addWidget(m_tree, 1);

  connect(m_filter, &QLineEdit::textChanged, this, &TensorPanel::applyFilter);
  connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
    const auto tensor = m_model.tensorAt(now);
    if (!tensor || tensor == m_current) return;
    m_current = tensor;
    Q_EMIT tensorChosen(*tensor);
  });
}

void TensorPanel::setCheckpoint(std::shared_ptr<const Checkpoint> checkpoint) {
  m_tensors = checkpoint ? checkpoint->tensors.size() : 0;
  m_current.reset();
  m_model.setCheckpoint(std::move(checkpoint));
  spanGroups();
  if (m_tensors <= kOpenAllBelow / 8) m_tree->expandAll();
  showCount();
}

void TensorPanel::showTensor(std::size_t tensor) {
  m_current = tensor;
  const QModelIndex row = m_model.indexOf(tensor);
  if (!row.isValid() || m_tree->currentIndex().siblingAtColumn(0) == row) return;
  m_tree->setExpanded(row.parent(), true);
  m_tree->setCurrentIndex(row);
  m_tree->scrollTo(row);
}

void TensorPanel::applyFilter() {
  {
    const QSignalBlocker quiet(m_tree->selectionModel());  // a filter hides rows, it chooses none
    m_model.setFilter(m_filter->text());
  }
  spanGroups();
  if (m_filter->text().isEmpty() ? m_tensors <= kOpenAllBelow / 8 : m_model.shownTensors() <= kOpenAllBelow)
    m_tree->expandAll();
  if (m_current) showTensor(*m_current);
  showCount();
}

void TensorPanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  // The name is what the list is for: where there is little room, the rest gives way and stays in the tooltip.
  int room = width();
  for (const auto& [column, columnWidth] : kWidths) room -= columnWidth;
  for (const auto& [column, columnWidth] : kWidths) {
    if (column == TensorTreeModel::Shape) continue;
    const bool isHidden = room < kNameRoom;
    m_tree->setColumnHidden(column, isHidden);
    if (isHidden) room += columnWidth;
  }
}

void TensorPanel::spanGroups() {
  for (int group = 0; group < m_model.rowCount(); ++group) m_tree->setFirstColumnSpanned(group, {}, true);
}

void TensorPanel::showCount() {
  const QString shownCount = grouped(m_model.shownTensors());
  if (m_model.shownTensors() != m_tensors) return m_count->setText(tr("%1 of %2").arg(shownCount, grouped(m_tensors)));
  m_count->setText(m_tensors == 1 ? tr("1 tensor") : tr("%1 tensors").arg(shownCount));
}

}  // namespace ulpscope
