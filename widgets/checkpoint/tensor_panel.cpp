// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/tensor_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/text.h"
#include "core/checkpoint/security_remark.h"
#include "widgets/checkpoint/tensor_columns.h"
#include "widgets/checkpoint/tensor_row_delegate.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/frame/warning_sign.h"
#include "widgets/models/copy_as.h"
#include "widgets/models/tensor_table.h"
#include "widgets/models/tensor_tree_model.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

/// A filter that leaves no more than this opens all groups, so that what it found can be seen.
constexpr std::size_t kOpenAllBelow = 400;

constexpr int kMostSpanned = 1000;  ///< objects; each span costs time, and a hostile file may list a million
constexpr int kRefreshMs = 500;
constexpr std::size_t kMostTypes = 4;  ///< named in the line of totals

/// "22 713 728 elements, 86.7 MiB: FP32 86.6 MiB, INT64 4.0 KiB".
QString totalsOf(const Checkpoint& checkpoint, const TensorRows& rows) {
  const std::vector<TypeShare> shares = sharesByType(checkpoint, rows);
  std::uint64_t elements = 0, bytes = 0;
  QStringList types;
  for (const TypeShare& share : shares) {
    elements += share.elements;
    bytes += share.bytes;
    if (static_cast<std::size_t>(types.size()) < kMostTypes)
      types << QStringLiteral("%1 %2").arg(shown(share.type), qt(humanBytes(share.bytes)));
  }
  if (shares.size() > kMostTypes) types << TensorPanel::tr("%1 more types").arg(grouped(shares.size() - kMostTypes));
  const QString total = TensorPanel::tr("%1 elements, %2").arg(grouped(elements), qt(humanBytes(bytes)));
  return shares.size() < 2 ? total : total + QStringLiteral(": ") + types.join(QStringLiteral(", "));
}

}  // namespace

TensorPanel::TensorPanel(TensorTreeModel& model, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_filter(new QLineEdit),
      m_count(new PlainLabel({}, TextRole::Note)),
      m_complaint(new PlainLabel({}, TextRole::Note)),
      m_remark(buildRemark()),
      m_tree(new QTreeView),
      m_total(new PlainLabel({}, TextRole::Note)) {
  buildTree();
  m_columns = new TensorColumns(*m_tree);
  m_complaint->setObjectName(QStringLiteral("filterComplaint"));
  m_complaint->setWordWrap(true);
  m_complaint->hide();
  m_total->setObjectName(QStringLiteral("totals"));
  m_total->setWordWrap(true);
  m_refreshing.setSingleShot(true);
  m_refreshing.setInterval(kRefreshMs);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->setSpacing(8);
  all->addWidget(buildTop());
  all->addWidget(m_complaint);
  all->addWidget(m_remark);
  all->addWidget(m_tree, 1);
  all->addWidget(m_total);

  connect(m_filter, &QLineEdit::textChanged, this, &TensorPanel::applyFilter);
  connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &TensorPanel::choose);
  connect(&m_model, &TensorTreeModel::summariesChanged, m_tree->viewport(), qOverload<>(&QWidget::update));
  connect(&m_refreshing, &QTimer::timeout, this, [this] {
    if (m_model.dependsOnValues()) rearrange([this] { m_model.refresh(); });
    showCounts();
  });
  connect(m_tree->header(), &QHeaderView::sortIndicatorChanged, this,
          [this](int column, Qt::SortOrder order) { rearrange([&] { m_model.sort(column, order); }); });
}

QWidget* TensorPanel::buildTop() {
  m_filter->setPlaceholderText(tr("Filter by name, type, shape"));
  m_filter->setAccessibleName(tr("Filter tensors"));
  m_filter->setClearButtonEnabled(true);
  m_filter->setToolTip(
      plainToolTip(tr("Every word must hold; a minus sign before one turns it round.\n\n"
                      "attention  in the name, the type or the shape\n"
                      "/layer\\.[0-3]\\./  a regular expression for the name\n"
                      "type:bf16  shape:4096x*  role:query  layer:0-5\n"
                      "flag:nan  inf  outliers  zero  finding  unreadable  packed  shared  empty")));
  auto* columns = new LinkButton(tr("columns"));
  columns->setToolTip(plainToolTip(tr("Which columns the list has")));
  connect(columns, &LinkButton::clicked, this, [this, columns] {
    QMenu menu(this);
    m_columns->fillMenu(menu);
    menu.exec(columns->mapToGlobal(QPoint(0, columns->height())));
  });
  auto* top = new QWidget;
  auto* row = new QHBoxLayout(top);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(m_filter, 1);
  row->addWidget(m_count);
  row->addWidget(columns);
  return top;
}

void TensorPanel::buildTree() {
  m_tree->setAccessibleName(tr("Tensors"));
  m_tree->setObjectName(QStringLiteral("tensors"));
  m_tree->setModel(&m_model);
  m_tree->setItemDelegate(new TensorRowDelegate(m_model, m_tree));
  m_tree->setUniformRowHeights(true);  // 92,000 rows are laid out without asking each for its height
  m_tree->setFrameShape(QFrame::NoFrame);
  m_tree->setIndentation(16);
  m_tree->setAllColumnsShowFocus(true);
  m_tree->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_tree->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  makeCopyable(*m_tree, [this] { return tensorTable(m_model); });
  m_tree->viewport()->installEventFilter(this);
}

bool TensorPanel::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) m_columns->fit();  // of the tree's viewport
  return QWidget::eventFilter(watched, event);
}

void TensorPanel::choose(const QModelIndex& now) {
  const auto object = m_model.objectAt(now);
  const auto tensor = m_model.tensorAt(now);
  const TensorRows::Group* group = m_model.groupAt(now);
  if (tensor && tensor == m_current) return;
  m_current = tensor;
  if (tensor) {
    Q_EMIT tensorChosen(*tensor);
  } else if (object) {
    Q_EMIT objectChosen(*object);
  } else if (group && group->group) {
    std::vector<std::size_t> tensors;
    for (std::size_t row = group->first; row < group->first + group->count; ++row)
      tensors.push_back(m_model.rows().leaves[row]->tensor);
    Q_EMIT groupChosen(group->group->name, tensors);
  }
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
  m_tree->header()->setSortIndicator(-1, Qt::DescendingOrder);
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

void TensorPanel::setIndex(std::shared_ptr<const TensorIndex> index) {
  m_index = index;
  m_tensors = index ? index->checkpoint->totalTensors() : 0;
  m_current.reset();
  showRemark(index ? index->checkpoint.get() : nullptr);
  if (index) m_columns->fitTypes(index->types);
  rearrange([&] { m_model.setIndex(std::move(index)); });
  m_columns->fit();
}

void TensorPanel::showTensor(std::size_t tensor) {
  m_current = tensor;
  const QModelIndex row = m_model.indexOf(tensor);
  if (!row.isValid() || m_tree->currentIndex().siblingAtColumn(0) == row) return;
  for (QModelIndex above = row.parent(); above.isValid(); above = above.parent()) m_tree->setExpanded(above, true);
  m_tree->setCurrentIndex(row);
  m_tree->scrollTo(row);
}

void TensorPanel::valuesChanged() {
  if (!m_refreshing.isActive()) m_refreshing.start();
}

template <class Change>
void TensorPanel::rearrange(Change change) {
  {
    const QSignalBlocker quiet(m_tree->selectionModel());  // what hides or moves rows chooses none
    change();
  }
  m_tree->setRootIndex(m_model.isRanked() ? m_model.index(0, TensorTreeModel::Name) : QModelIndex());
  spanGroups();
  openGroups();
  if (m_current) showTensor(*m_current);
  showCounts();
}

void TensorPanel::applyFilter() {
  rearrange([this] {
    const Result<> applied = m_model.setFilter(m_filter->text());
    m_complaint->setText(applied ? QString() : shown(applied.error().message));
    m_complaint->setVisible(!applied);
  });
}

void TensorPanel::openGroups() {
  const bool isFiltered = !m_filter->text().trimmed().isEmpty();
  if (!m_model.isRanked() && (isFiltered ? m_model.shownTensors() <= kOpenAllBelow : m_tensors <= kOpenAllBelow / 8))
    m_tree->expandToDepth(0);
  for (const std::size_t weight : m_model.foundByParts()) m_tree->setExpanded(m_model.indexOf(weight), true);
}

void TensorPanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_columns->fit();
}

void TensorPanel::spanGroups() {
  if (m_model.isRanked()) return;
  for (int group = 0; group < m_model.rowCount(); ++group) m_tree->setFirstColumnSpanned(group, {}, true);
  const QModelIndex objects = m_model.objectsGroup();
  if (!objects.isValid()) return;
  for (int object = 0; object < std::min(kMostSpanned, m_model.rowCount(objects)); ++object)
    m_tree->setFirstColumnSpanned(object, objects, true);
}

void TensorPanel::showCounts() {
  const QString shownCount = grouped(m_model.shownTensors());
  if (m_model.shownTensors() != m_tensors)
    m_count->setText(tr("%1 of %2").arg(shownCount, grouped(m_tensors)));
  else
    m_count->setText(m_tensors == 1 ? tr("1 tensor") : tr("%1 tensors").arg(shownCount));
  m_total->setVisible(m_index != nullptr);
  if (!m_index) return;
  QString total = totalsOf(*m_index->checkpoint, m_model.rows());
  if (const std::size_t unknown = m_model.unknownToFilter(); unknown > 0)
    total += QLatin1Char('\n') + tr("Not known of %1 tensors yet: they were not read.").arg(grouped(unknown));
  m_total->setText(total);
}

}  // namespace ulpscope
