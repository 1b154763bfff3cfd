// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/tensor_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QSignalBlocker>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "core/checkpoint/security_remark.h"
#include "widgets/checkpoint/tensor_row_delegate.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/frame/warning_sign.h"
#include "widgets/models/tensor_tree_model.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

/// A filter that leaves no more than this opens all groups, so that what it found can be seen.
constexpr std::size_t kOpenAllBelow = 400;

constexpr int kMostSpanned = 1000;  ///< objects; each span costs time, and a hostile file may list a million

constexpr int kNarrowestType = 48;
constexpr int kWidestType = 96;

constexpr int kNameRoom = 210;  ///< px: 180 for the text, the rest for indentation and scroll bar

struct ColumnWidth {
  TensorTreeModel::Column column;
  int width;
};
/// The columns beside the name, the first to give way first; the shape stays.
constexpr ColumnWidth kWidths[] = {{TensorTreeModel::Size, 74},
                                   {TensorTreeModel::Outline, 52},
                                   {TensorTreeModel::Type, kNarrowestType},
                                   {TensorTreeModel::Shape, 88}};

}  // namespace

TensorPanel::TensorPanel(TensorTreeModel& model, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_filter(new QLineEdit),
      m_count(new PlainLabel({}, TextRole::Note)),
      m_remark(buildRemark()),
      m_tree(new QTreeView),
      m_typeWidth(kNarrowestType) {
  m_filter->setPlaceholderText(tr("Filter by name, type, shape"));
  m_filter->setAccessibleName(tr("Filter tensors"));
  m_filter->setClearButtonEnabled(true);
  m_tree->setAccessibleName(tr("Tensors"));
  m_tree->setObjectName(QStringLiteral("tensors"));
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
  all->addWidget(m_remark);
  all->addWidget(m_tree, 1);

  connect(m_filter, &QLineEdit::textChanged, this, &TensorPanel::applyFilter);
  connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
    const auto object = m_model.objectAt(now);
    const auto tensor = m_model.tensorAt(now);
    if ((!tensor && !object) || (tensor && tensor == m_current)) return;
    m_current = tensor;
    if (tensor)
      Q_EMIT tensorChosen(*tensor);
    else
      Q_EMIT objectChosen(*object);
  });
}

QWidget* TensorPanel::buildRemark() {
  m_remarkText = new PlainLabel;
  m_remarkText->setWordWrap(true);
  m_remarkText->setObjectName(QStringLiteral("securityRemark"));
  auto* show = new LinkButton(tr("show"), LinkButton::Tone::Accent);
  auto* remark = new QWidget;
  auto* row = new QHBoxLayout(remark);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(new WarningSign, 0, Qt::AlignTop);
  row->addWidget(m_remarkText, 1);
  row->addWidget(show, 0, Qt::AlignTop);
  connect(show, &LinkButton::clicked, this, &TensorPanel::showSuspicious);
  return remark;
}

void TensorPanel::showRemark(const Checkpoint* checkpoint) {
  const auto remark = checkpoint ? securityRemark(*checkpoint) : std::nullopt;
  m_remark->setVisible(remark.has_value());
  m_remarkText->setText(remark ? shown(*remark) : QString());
}

/// Opens the last group at its first suspicious object.
void TensorPanel::showSuspicious() {
  m_filter->clear();
  const QModelIndex group = m_model.objectsGroup();
  m_tree->setExpanded(group, true);
  for (int row = 0; row < m_model.rowCount(group); ++row) {
    const QModelIndex object = m_model.index(row, TensorTreeModel::Name, group);
    if (m_model.kindAt(object) != TensorTreeModel::Kind::Suspicious) continue;
    m_tree->setCurrentIndex(object);
    m_tree->scrollTo(object);
    return;
  }
}

/// "BF16" needs less room than "GPTQ 4-bit".
void TensorPanel::fitTypes(const Checkpoint& checkpoint) {
  std::set<std::string_view> types;
  for (const TensorInfo& tensor : checkpoint.tensors) types.insert(typeTitle(tensor));
  const QFontMetrics metrics(theme().numbers(11));
  m_typeWidth = kNarrowestType;
  for (const std::string_view type : types)
    m_typeWidth = std::max(m_typeWidth, std::min(metrics.horizontalAdvance(shown(type)) + 14, kWidestType));
  m_tree->header()->resizeSection(TensorTreeModel::Type, m_typeWidth);
}

void TensorPanel::setCheckpoint(std::shared_ptr<const Checkpoint> checkpoint) {
  m_tensors = checkpoint ? checkpoint->totalTensors() : 0;
  m_current.reset();
  showRemark(checkpoint.get());
  if (checkpoint) fitTypes(*checkpoint);
  m_model.setCheckpoint(std::move(checkpoint));
  spanGroups();
  if (m_tensors <= kOpenAllBelow / 8) m_tree->expandToDepth(0);
  fitColumns();
  showCount();
}

void TensorPanel::showTensor(std::size_t tensor) {
  m_current = tensor;
  const QModelIndex row = m_model.indexOf(tensor);
  if (!row.isValid() || m_tree->currentIndex().siblingAtColumn(0) == row) return;
  for (QModelIndex above = row.parent(); above.isValid(); above = above.parent()) m_tree->setExpanded(above, true);
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
    m_tree->expandToDepth(0);
  for (const std::size_t weight : m_model.foundByParts()) m_tree->setExpanded(m_model.indexOf(weight), true);
  if (m_current) showTensor(*m_current);
  showCount();
}

void TensorPanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  fitColumns();
}

/// The name is what the list is for: where there is little room, the rest gives way and stays in the tooltip.
void TensorPanel::fitColumns() {
  const auto widthOf = [this](const ColumnWidth& each) {
    return each.column == TensorTreeModel::Type ? m_typeWidth : each.width;
  };
  int room = width();
  for (const ColumnWidth& each : kWidths) room -= widthOf(each);
  for (const ColumnWidth& each : kWidths) {
    if (each.column == TensorTreeModel::Shape) continue;
    const bool isHidden = room < kNameRoom;
    m_tree->setColumnHidden(each.column, isHidden);
    if (isHidden) room += widthOf(each);
  }
}

void TensorPanel::spanGroups() {
  for (int group = 0; group < m_model.rowCount(); ++group) m_tree->setFirstColumnSpanned(group, {}, true);
  const QModelIndex objects = m_model.objectsGroup();
  if (!objects.isValid()) return;
  for (int object = 0; object < std::min(kMostSpanned, m_model.rowCount(objects)); ++object)
    m_tree->setFirstColumnSpanned(object, objects, true);
}

void TensorPanel::showCount() {
  const QString shownCount = grouped(m_model.shownTensors());
  if (m_model.shownTensors() != m_tensors) return m_count->setText(tr("%1 of %2").arg(shownCount, grouped(m_tensors)));
  m_count->setText(m_tensors == 1 ? tr("1 tensor") : tr("%1 tensors").arg(shownCount));
}

}  // namespace ulpscope
