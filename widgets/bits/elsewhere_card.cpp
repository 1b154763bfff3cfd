// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/elsewhere_card.h"

#include <QComboBox>
#include <QEvent>
#include <QFontMetricsF>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/bits/representation_model.h"
#include "widgets/forms/field.h"
#include "widgets/frame/link_button.h"
#include "widgets/models/table_view.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kLowestTable = 40;  ///< in the smallest window, under the rows of 24 bits
constexpr int kCellMargin = 8;
constexpr int kNarrowestColumn = 64;
constexpr int kSortArrow = 28;  ///< beside a title
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
      m_filter(new QLineEdit),
      m_family(comboBox(tr("Family"))) {
  layOut();
  m_table->setMinimumHeight(kLowestTable);
  m_table->setSource(m_model);
  m_table->setItemDelegate(new RowDelegate(m_table));
  m_table->setSelectionMode(QAbstractItemView::SingleSelection);
  m_table->viewport()->setAutoFillBackground(false);
  m_table->viewport()->installEventFilter(this);
  QHeaderView* header = m_table->horizontalHeader();
  header->viewport()->setAutoFillBackground(false);
  header->setMinimumSectionSize(kNarrowestColumn);
  header->setSectionResizeMode(QHeaderView::Fixed);
  m_table->sortByColumn(RepresentationModel::Error, Qt::AscendingOrder);

  connect(m_filter, &QLineEdit::textChanged, this, &ElsewhereCard::filter);
  connect(m_family, &QComboBox::activated, this, &ElsewhereCard::filter);
  connect(m_table, &TableView::rowChosen, this, [this](int row) {
    Q_EMIT formatPicked(m_model->index(row, 0).data(RepresentationModel::FormatIdRole).toString());
  });
  connect(&theme(), &Theme::changed, m_table->viewport(), qOverload<>(&QWidget::update));
}

void ElsewhereCard::layOut() {
  m_filter->setPlaceholderText(tr("filter"));
  m_filter->setAccessibleName(tr("Filter the formats by words"));
  m_filter->setToolTip(tr("Words that must occur in the title, id or mark of a format (Ctrl+F)"));
  m_filter->setClearButtonEnabled(true);
  m_family->addItem(tr("all families"), -1);
  std::optional<FormatFamily> above;
  for (const NumberFormat* format : formatRegistry()) {
    const FormatFamily family = format->info().family;
    if (above != family) m_family->addItem(titleOf(family), int(family));
    above = family;
  }
  auto* copy = new LinkButton(tr("copy"));
  connect(copy, &LinkButton::clicked, this, [this, copy] { copyMenu(copy); });

  auto* tools = new QHBoxLayout;
  tools->setSpacing(8);
  tools->addWidget(m_filter, 1);
  tools->addWidget(m_family);
  tools->addWidget(copy);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addLayout(tools);
  column->addWidget(m_table, 1);
}

void ElsewhereCard::setNumber(const std::string& value, const RoundingChoice& rounding, Overflow overflow,
                              FormatPointer current) {
  const std::string& id = current->info().id;
  m_current = std::move(current);
  Question question{value, rounding, overflow, findFormat(id) ? std::string() : id};
  if (m_asked == question) return showCurrent();
  const auto number = parseNumber(value);
  if (!number) return;
  m_all = representEverywhere(*number, rounding, overflow);
  m_extra.reset();
  if (!question.extra.empty()) {
    m_extra = m_current;
    m_all.push_back(represent(*number, *m_extra, rounding, overflow));
  }
  m_asked = std::move(question);
  filter();
}

void ElsewhereCard::filter() {
  const QStringList words = m_filter->text().split(QLatin1Char(' '), Qt::SkipEmptyParts);
  const int family = m_family->currentData().toInt();
  std::vector<Representation> rows;
  for (const Representation& row : m_all)
    if ((family < 0 || int(row.format->info().family) == family) && RepresentationModel::matches(row, words))
      rows.push_back(row);
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
  // Where all cannot have what they want, the stored value is the last to give way.
  const int format = std::max(std::min(wanted(RepresentationModel::Format), width * 3 / 10), kNarrowestColumn);
  const int error = std::max(wanted(RepresentationModel::Error), kNarrowestColumn);
  const int code = std::max(std::min(wanted(RepresentationModel::Code), width * 27 / 100), kNarrowestColumn);
  m_table->setColumnWidth(RepresentationModel::Format, format);
  m_table->setColumnWidth(RepresentationModel::Error, error);
  m_table->setColumnWidth(RepresentationModel::Code, code);
  m_table->setColumnWidth(RepresentationModel::Stored, std::max(width - format - error - code, kNarrowestColumn));
}

void ElsewhereCard::showCurrent() {
  if (!m_current) return;
  const int row = m_model->rowOf(m_current->info().id);
  if (row != m_table->currentSourceRow()) m_table->setCurrentSourceRow(row);
}

void ElsewhereCard::copyMenu(QWidget* button) {
  QMenu menu;
  addCopyActions(menu, [this] { return m_table->table(); });
  menu.exec(button->mapToGlobal(QPoint(0, button->height())));
}

}  // namespace ulpscope
