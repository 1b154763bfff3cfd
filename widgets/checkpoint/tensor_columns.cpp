// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/tensor_columns.h"

#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QTreeView>
#include <algorithm>

#include "widgets/models/tensor_tree_model.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr auto kSetting = "checkpoint/columns";
constexpr int kNarrowestType = 48;
constexpr int kWidestType = 96;
constexpr int kNameRoom = 210;  ///< px: 180 for the text, the rest for indentation and scroll bar

struct ColumnFacts {
  TensorTreeModel::Column column;
  const char* id;  ///< in the settings
  int width;
  bool isShownFromTheStart;
};
/// Those shown from the start in the order in which they give way; the shape stays.
constexpr ColumnFacts kColumns[] = {{TensorTreeModel::Size, "size", 74, true},
                                    {TensorTreeModel::Outline, "values", 56, true},
                                    {TensorTreeModel::Type, "type", kNarrowestType, true},
                                    {TensorTreeModel::Shape, "shape", 88, true},
                                    {TensorTreeModel::Parameters, "elements", 88, false},
                                    {TensorTreeModel::Role, "role", 108, false},
                                    {TensorTreeModel::AbsMax, "abs-max", 84, false},
                                    {TensorTreeModel::Deviation, "standard-deviation", 84, false},
                                    {TensorTreeModel::Kurtosis, "kurtosis", 74, false},
                                    {TensorTreeModel::OutlierColumns, "outlier-columns", 66, false},
                                    {TensorTreeModel::Zeros, "zeros", 74, false},
                                    {TensorTreeModel::NonFinite, "non-finite", 74, false}};

QSet<int> shownFromTheStart() {
  QSet<int> columns;
  for (const ColumnFacts& each : kColumns)
    if (each.isShownFromTheStart) columns << each.column;
  return columns;
}

QSet<int> stored() {
  const QVariant setting = QSettings().value(QLatin1String(kSetting));
  if (!setting.isValid()) return shownFromTheStart();
  const QStringList ids = setting.toStringList();
  QSet<int> columns;
  for (const ColumnFacts& each : kColumns)
    if (ids.contains(QLatin1String(each.id))) columns << each.column;
  return columns;
}

}  // namespace

TensorColumns::TensorColumns(QTreeView& tree)
    : QObject(&tree), m_tree(tree), m_chosen(stored()), m_typeWidth(kNarrowestType) {
  QHeaderView* header = tree.header();
  header->setAccessibleName(tr("Columns of the list of tensors"));
  header->setStretchLastSection(false);
  header->setMinimumSectionSize(24);
  header->setSectionResizeMode(QHeaderView::Fixed);
  header->setSectionsMovable(false);
  header->setHighlightSections(false);
  header->setSectionsClickable(true);
  header->setSortIndicatorShown(true);
  header->setSortIndicatorClearable(true);
  header->setSortIndicator(-1, Qt::DescendingOrder);
  header->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(header, &QHeaderView::customContextMenuRequested, this, [this, header](const QPoint& at) {
    QMenu menu(header);
    fillMenu(menu);
    menu.exec(header->mapToGlobal(at));
  });
}

int TensorColumns::widthOf(int column) const {
  if (column == TensorTreeModel::Type) return m_typeWidth;
  const auto facts = std::ranges::find(kColumns, column, [](const ColumnFacts& each) { return int{each.column}; });
  return facts->width;
}

void TensorColumns::fitTypes(std::span<const std::string_view> types) {
  const QFontMetrics metrics(theme().numbers(11));
  m_typeWidth = kNarrowestType;
  for (const std::string_view type : types)
    m_typeWidth = std::max(m_typeWidth, std::min(metrics.horizontalAdvance(shown(type)) + 14, kWidestType));
}

void TensorColumns::fit() {
  int room = m_tree.viewport()->width();
  for (const int column : m_chosen) room -= widthOf(column);
  const bool givesWay = m_chosen == shownFromTheStart();
  for (const ColumnFacts& each : kColumns) {
    bool isHidden = !m_chosen.contains(each.column);
    if (!isHidden && givesWay && room < kNameRoom && each.column != TensorTreeModel::Shape) {
      isHidden = true;
      room += widthOf(each.column);
    }
    m_tree.setColumnHidden(each.column, isHidden);
    m_tree.header()->resizeSection(each.column, widthOf(each.column));
  }
  m_tree.header()->resizeSection(TensorTreeModel::Name, givesWay ? room : std::max(room, kNameRoom));
}

void TensorColumns::fillMenu(QMenu& menu) {
  for (const ColumnFacts& each : kColumns) {
    const QString title = m_tree.model()->headerData(each.column, Qt::Horizontal).toString();
    QAction* action = menu.addAction(title);
    action->setCheckable(true);
    action->setChecked(isChosen(each.column));
    connect(action, &QAction::toggled, this, [this, column = int{each.column}](bool on) { choose(column, on); });
  }
  menu.addSeparator();
  fillRanking(*menu.addMenu(tr("Rank by")));
  connect(menu.addAction(tr("As from the start")), &QAction::triggered, this, [this] {
    m_chosen = shownFromTheStart();
    store();
    fit();
  });
}

void TensorColumns::fillRanking(QMenu& menu) {
  QHeaderView* header = m_tree.header();
  const auto add = [&](const QString& title, int column) {
    QAction* action = menu.addAction(title);
    action->setCheckable(true);
    action->setChecked(header->sortIndicatorSection() == column);
    connect(action, &QAction::triggered, this, [header, column] {
      const bool again =
          header->sortIndicatorSection() == column && header->sortIndicatorOrder() == Qt::DescendingOrder;
      header->setSortIndicator(column, again ? Qt::AscendingOrder : Qt::DescendingOrder);
    });
  };
  add(tr("By module"), -1);
  for (int column = 0; column < TensorTreeModel::ColumnCount; ++column)
    if (column != TensorTreeModel::Outline) add(m_tree.model()->headerData(column, Qt::Horizontal).toString(), column);
}

void TensorColumns::choose(int column, bool isShown) {
  if (isShown)
    m_chosen << column;
  else
    m_chosen.remove(column);
  store();
  fit();
}

void TensorColumns::store() const {
  QStringList ids;
  for (const ColumnFacts& each : kColumns)
    if (isChosen(each.column)) ids << QLatin1String(each.id);
  QSettings().setValue(QLatin1String(kSetting), ids);
}

}  // namespace ulpscope
