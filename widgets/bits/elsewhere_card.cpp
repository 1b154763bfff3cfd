// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/elsewhere_card.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QHeaderView>
#include <QMenu>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/bits/representation_model.h"
#include "widgets/frame/card.h"
#include "widgets/frame/link_button.h"
#include "widgets/models/table_view.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kCellMargin = 8;
constexpr int kNarrowestColumn = 64;
constexpr int kSortArrow = 16;  ///< beside a title
constexpr int kBadgePx = 11;
constexpr int kBadgePadding = 8;

QFont fontOf(int column) { return column == RepresentationModel::Format ? theme().words(13) : theme().numbers(12); }

double badgeWidth(const QString& badge) {
  return QFontMetricsF(theme().words(kBadgePx)).horizontalAdvance(badge) + 2 * kBadgePadding;
}

/// Rows with a hairline below, numbers in the fixed face, errors in the colour for bad, a badge beside a stored value.
class RowDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const ThemeColors& colors = theme().colors();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver))
      painter->fillRect(option.rect, option.state & QStyle::State_Selected ? colors.selection : colors.window);
    painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), colors.hairline);
    const QRectF cell = QRectF(option.rect).adjusted(kCellMargin, 0, -kCellMargin, 0);
    const QFontMetricsF metrics(fontOf(index.column()));
    const QString text = metrics.elidedText(index.data().toString(), Qt::ElideMiddle, cell.width());
    painter->setFont(fontOf(index.column()));
    painter->setPen(textColor(index));
    painter->drawText(cell, index.data(Qt::TextAlignmentRole).toInt(), text);
    const QString badge = index.data(RepresentationModel::BadgeRole).toString();
    if (!badge.isEmpty()) paintBadge(*painter, cell, metrics.horizontalAdvance(text), badge);
    painter->restore();
  }

 private:
  static QColor textColor(const QModelIndex& index) {
    const ThemeColors& colors = theme().colors();
    if (index.column() != RepresentationModel::Error) return colors.text;
    return index.data(RepresentationModel::IsExactRole).toBool() ? colors.muted : colors.bad;
  }

  /// Before the number, so that all numbers keep one right edge; left out where there is no room, as the tooltip has
  /// it.
  static void paintBadge(QPainter& painter, const QRectF& cell, double textWidth, const QString& badge) {
    const double width = badgeWidth(badge);
    const double left = std::round(cell.right() - textWidth - kCellMargin - width) + 0.5;
    if (left < cell.left()) return;
    const QRectF pill(left, std::round(cell.center().y()) - 8.5, width, 18);
    painter.setPen(theme().colors().border);
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(pill, 9, 9);
    painter.setPen(theme().colors().muted);
    painter.setFont(theme().words(kBadgePx));
    painter.drawText(pill, Qt::AlignCenter, badge);
  }
};

}  // namespace

ElsewhereCard::ElsewhereCard(QWidget* parent)
    : QWidget(parent),
      m_model(new RepresentationModel(this)),
      m_table(new TableView(tr("The same value in every format"))),
      m_order(new LinkButton({})) {
  auto* card = new Card(tr("The same value elsewhere"));
  auto* copy = new LinkButton(tr("copy"));
  card->addToHeader(m_order);
  card->addToHeader(copy);
  card->body()->addWidget(m_table);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(card);

  m_table->setSource(m_model);
  m_table->setItemDelegate(new RowDelegate(m_table));
  m_table->setSelectionMode(QAbstractItemView::SingleSelection);
  m_table->viewport()->setAutoFillBackground(false);
  m_table->viewport()->installEventFilter(this);
  QHeaderView* header = m_table->horizontalHeader();
  header->viewport()->setAutoFillBackground(false);
  header->setMinimumSectionSize(kNarrowestColumn);
  header->setSectionResizeMode(QHeaderView::Fixed);
  m_order->setToolTip(tr("Sort by error, or as formats are listed"));

  connect(m_table, &TableView::rowChosen, this, [this](int row) {
    Q_EMIT formatPicked(m_model->index(row, 0).data(RepresentationModel::FormatIdRole).toString());
  });
  connect(header, &QHeaderView::sortIndicatorChanged, this, &ElsewhereCard::tellOrder);
  connect(m_order, &LinkButton::clicked, this, &ElsewhereCard::toggleOrder);
  connect(copy, &LinkButton::clicked, this, [this, copy] { copyMenu(copy); });
  connect(&theme(), &Theme::changed, m_table->viewport(), qOverload<>(&QWidget::update));
  tellOrder();
}

void ElsewhereCard::setRows(std::vector<Representation> rows, const NumberFormat& current) {
  m_current = &current;
  m_model->setRows(std::move(rows));
  fitColumns();
  showCurrent();
}

bool ElsewhereCard::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) fitColumns();
  return QWidget::eventFilter(watched, event);
}

void ElsewhereCard::fitColumns() {
  const int width = m_table->viewport()->width();
  const auto wanted = [this](int column) {
    double widest = 0;
    const QFontMetricsF metrics(fontOf(column));
    for (int row = 0; row < m_model->rowCount(); ++row)
      widest = std::max(widest, metrics.horizontalAdvance(m_model->index(row, column).data().toString()));
    const QString title = m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    widest = std::max(widest, QFontMetricsF(theme().words(12)).horizontalAdvance(title) + kSortArrow);
    return int(widest) + 2 * kCellMargin + 1;
  };
  const int format = std::max(wanted(RepresentationModel::Format), kNarrowestColumn);
  const int error = std::max(wanted(RepresentationModel::Error), kNarrowestColumn);
  // The codes of 64 bits are cut in their middle before anything else gives way.
  const int code = std::max(std::min(wanted(RepresentationModel::Code), width * 3 / 10), kNarrowestColumn);
  m_table->setColumnWidth(RepresentationModel::Format, format);
  m_table->setColumnWidth(RepresentationModel::Error, error);
  m_table->setColumnWidth(RepresentationModel::Code, code);
  m_table->setColumnWidth(RepresentationModel::Stored, std::max(width - format - error - code, kNarrowestColumn));
}

void ElsewhereCard::showCurrent() {
  if (!m_current) return;
  const int row = m_model->rowOf(*m_current);
  if (row != m_table->currentSourceRow()) m_table->setCurrentSourceRow(row);
}

void ElsewhereCard::tellOrder() {
  const int column = m_table->horizontalHeader()->sortIndicatorSection();
  const bool sorted = column >= 0 && column < RepresentationModel::ColumnCount;
  m_order->setText(
      sorted ? tr("sorted by %1").arg(m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().toLower())
             : tr("sorted wide to narrow"));
  m_order->updateGeometry();
}

void ElsewhereCard::toggleOrder() {
  const bool byError = m_table->horizontalHeader()->sortIndicatorSection() == RepresentationModel::Error;
  m_table->sortByColumn(byError ? -1 : int(RepresentationModel::Error), Qt::AscendingOrder);
}

void ElsewhereCard::copyMenu(QWidget* button) {
  QMenu menu;
  menu.addAction(tr("Copy as CSV"), this, [this] { m_table->copyAs(TableView::CopyAs::Csv); });
  menu.addAction(tr("Copy as Markdown"), this, [this] { m_table->copyAs(TableView::CopyAs::Markdown); });
  menu.addAction(tr("Copy as tab-separated text"), this, [this] { m_table->copyAs(TableView::CopyAs::Tsv); });
  menu.exec(button->mapToGlobal(QPoint(0, button->height())));
}

}  // namespace ulpscope
