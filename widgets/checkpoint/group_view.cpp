// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/group_view.h"

#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/checkpoint/tensor_tree.h"
#include "widgets/frame/labels.h"
#include "widgets/models/table_cells.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kMostTypesInView = 5;
constexpr int kRoomForAll =
    860;  ///< px: below that the table of tensors is scrolled, and names keep a width of their own
constexpr int kNameWidth = 180;

TableCell strangeCount(std::uint64_t value, CellTone tone) {
  return countCell(value, value > 0 ? tone : CellTone::Plain);
}

std::vector<TableCell> typeRow(const TypeShare& share, std::uint64_t allBytes) {
  const double percent = allBytes ? 100.0 * static_cast<double>(share.bytes) / static_cast<double>(allBytes) : 0;
  return {{shown(share.type)},
          countCell(share.tensors),
          countCell(share.elements),
          bytesCell(share.bytes),
          {QStringLiteral("%1 %").arg(percent, 0, 'f', 1), {}, percent, CellTone::Plain}};
}

/// `name`: of the tensor, without that of its module.
std::vector<TableCell> tensorRow(std::string_view name, const TensorInfo& tensor,
                                 const std::optional<TensorSummary>& summary) {
  std::vector<TableCell> row{{shown(name), shown(tensor.name), {}, CellTone::Plain},
                             {typeText(tensor)},
                             {shapeText(tensor.shape), {}, static_cast<double>(tensor.elements), CellTone::Plain},
                             bytesCell(tensor.bytes)};
  if (!summary) {
    for (int missing = 0; missing < 5; ++missing) row.push_back({emDash(), {}, {}, CellTone::Muted});
    return row;
  }
  const Statistics& s = summary->statistics;
  row.push_back(numberCell(s.absMax, 4));
  row.push_back(numberCell(s.standardDeviation, 4));
  row.push_back(numberCell(s.kurtosis, 4));
  row.push_back(strangeCount(summary->outlierColumns, CellTone::Outlier));
  row.push_back(strangeCount(s.count - s.finite, CellTone::Special));
  return row;
}

}  // namespace

GroupView::GroupView(QWidget* parent)
    : QWidget(parent),
      m_title(new PlainLabel({}, TextRole::Title)),
      m_typeRows(new TableModel({{tr("Type"), false, {}},
                                 {tr("Tensors"), true, {}},
                                 {tr("Elements"), true, {}},
                                 {tr("Bytes"), true, {}},
                                 {tr("Share"), true, tr("Of the bytes of this module")}},
                                this)),
      m_types(new TableView(tr("Types of the module"))),
      m_tensorRows(new TableModel({{tr("Tensor"), false, {}},
                                   {tr("Type"), false, {}},
                                   {tr("Shape"), true, {}},
                                   {tr("Bytes"), true, {}},
                                   {tr("Largest |x|"), true, {}},
                                   {tr("Std. dev."), true, tr("Standard deviation; divides by n")},
                                   {tr("Kurtosis"), true, tr("Of a normal distribution 0")},
                                   {tr("Outliers"), true, tr("Outlier columns")},
                                   {tr("NaN, Inf"), true, {}}},
                                  this)),
      m_tensorTable(new TableView(tr("Tensors of the module"))) {
  m_title->setObjectName(QStringLiteral("groupTitle"));
  m_title->setWordWrap(true);
  m_types->setSource(m_typeRows);
  m_tensorTable->setSource(m_tensorRows);
  m_tensorTable->setObjectName(QStringLiteral("groupTensors"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addWidget(m_title);
  column->addWidget(m_types);
  column->addWidget(m_tensorTable, 1);
  connect(m_tensorTable, &QAbstractItemView::activated, this, [this] {
    const int row = m_tensorTable->currentSourceRow();
    if (row >= 0) Q_EMIT tensorChosen(m_tensors[static_cast<std::size_t>(row)]);
  });
}

void GroupView::show(const std::string& name, const Checkpoint& checkpoint, const std::vector<std::size_t>& tensors,
                     const std::vector<std::optional<TensorSummary>>& summaries) {
  m_tensors = tensors;
  const std::vector<TypeShare> shares = sharesByType(checkpoint, tensors);
  std::uint64_t allBytes = 0, elements = 0;
  for (const TypeShare& share : shares) {
    allBytes += share.bytes;
    elements += share.elements;
  }
  m_title->setText(tr("%1: %2 tensors, %3 elements, %4")
                       .arg(shown(name), grouped(tensors.size()), grouped(elements), qt(humanBytes(allBytes))));
  std::vector<std::vector<TableCell>> rows;
  for (const TypeShare& share : shares) rows.push_back(typeRow(share, allBytes));
  m_typeRows->setRows(std::move(rows));
  const int inView = std::min(kMostTypesInView, static_cast<int>(shares.size()));
  m_types->setFixedHeight(m_types->horizontalHeader()->sizeHint().height() +
                          inView * m_types->verticalHeader()->defaultSectionSize() + 2);
  rows.clear();
  for (const std::size_t tensor : tensors) {
    std::string_view rest = checkpoint.tensors[tensor].name;
    if (rest.size() > name.size() + 1 && rest.starts_with(name)) rest.remove_prefix(name.size() + 1);
    rows.push_back(tensorRow(rest, checkpoint.tensors[tensor], summaries[tensor]));
  }
  m_tensorRows->setRows(std::move(rows));
}

void GroupView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  QHeaderView* header = m_tensorTable->horizontalHeader();
  header->setSectionResizeMode(0, width() < kRoomForAll ? QHeaderView::Fixed : QHeaderView::Stretch);
  if (width() < kRoomForAll) header->resizeSection(0, kNameWidth);
}

}  // namespace ulpscope
