// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/format_popup.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <optional>

#include "widgets/frame/popup.h"
#include "widgets/session/text.h"
#include "widgets/theme/control_painting.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kNoteRole = Qt::UserRole + 1;
constexpr int kDesignRole = Qt::UserRole + 2;
constexpr int kRowHeight = 26;
constexpr int kWidth = 380;
constexpr int kMostHeight = 460;

bool isHeading(const QListWidgetItem& item) { return !item.flags().testFlag(Qt::ItemIsSelectable); }

bool matches(const QString& text, const QStringList& words) {
  return std::ranges::all_of(words, [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

/// All that a format may be looked for by.
QString searchText(const FormatInfo& info) {
  QStringList parts{qt(info.title), qt(info.id), qt(info.name), titleOf(info.family)};
  if (!info.torch.empty()) parts << QStringLiteral("torch") << qt(info.torch);
  if (!info.mlDtypes.empty()) parts << QStringLiteral("ml_dtypes") << qt(info.mlDtypes);
  return parts.join(QLatin1Char(' '));
}

/// A heading in small letters; a format's title at the left, its id at the right.
class RowDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const ThemeColors& colors = theme().colors();
    const QRect room = option.rect.adjusted(12, 0, -12, 0);
    if (!index.flags().testFlag(Qt::ItemIsSelectable)) {
      painter->setFont(theme().words(11, QFont::DemiBold));
      painter->setPen(colors.muted);
      painter->drawText(room.adjusted(0, 4, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, index.data().toString());
      return;
    }
    painting::itemRow(*painter, option.rect, option.state);
    const QString id = index.data(kNoteRole).toString();
    const QFont words = theme().words(13);
    const QString title = index.data().toString();
    const int titleWidth = QFontMetrics(words).horizontalAdvance(title);
    painter->setFont(words);
    painter->setPen(colors.text);
    painter->drawText(room, Qt::AlignLeft | Qt::AlignVCenter, title);
    const QFont numbers = theme().numbers(11);
    painter->setFont(numbers);
    painter->setPen(colors.muted);
    painter->drawText(room, Qt::AlignRight | Qt::AlignVCenter,
                      QFontMetrics(numbers).elidedText(id, Qt::ElideMiddle, room.width() - titleWidth - 16));
  }
  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {100, kRowHeight}; }
};

/// A family of formats with a knob, and the member that choosing it starts from.
struct Rule {
  QString title;
  const char* pattern;
  const char* first;
};

std::array<Rule, 3> rules() {
  return {{{FormatPopup::tr("A float of your own…"), "custom:s1e5m3,…", "custom:s1e4m3"},
           {FormatPopup::tr("Any IEEE P3109 format…"), "binaryKpP[su][ef]", "binary8p4se"},
           {FormatPopup::tr("CFloat8 of any bias…"), "cfloat8_143:BIAS", "cfloat8_143:8"}}};
}

}  // namespace

FormatPopup::FormatPopup(QWidget* parent)
    : QFrame(parent, Qt::Popup), m_filter(new QLineEdit), m_list(new QListWidget) {
  m_filter->setPlaceholderText(tr("Type to filter: fp8, posit, torch, scale…"));
  m_filter->setAccessibleName(tr("Filter the formats"));
  m_filter->installEventFilter(this);
  m_list->setFrameShape(QFrame::NoFrame);
  m_list->setItemDelegate(new RowDelegate(m_list));
  m_list->setUniformItemSizes(true);
  m_list->setFocusPolicy(Qt::NoFocus);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  m_list->setAccessibleName(tr("Formats"));
  m_list->setMouseTracking(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 8, 8, 8);
  column->setSpacing(8);
  column->addWidget(m_filter);
  column->addWidget(m_list);
  connect(m_filter, &QLineEdit::textChanged, this, &FormatPopup::fill);
  connect(m_list, &QListWidget::itemClicked, this, &FormatPopup::take);
}

void FormatPopup::open(const QRect& below, const QString& current, const QString& filter) {
  m_current = current;
  m_filter->setText(filter);
  fill(filter);
  showBelow(*this, below, {std::max(kWidth, below.width()), kMostHeight});
  m_filter->setFocus(Qt::PopupFocusReason);
  if (auto* item = m_list->currentItem()) m_list->scrollToItem(item, QAbstractItemView::PositionAtCenter);
}

void FormatPopup::fill(const QString& filter) {
  m_list->clear();
  const QStringList words = filter.split(QLatin1Char(' '), Qt::SkipEmptyParts);
  // An id of no list, typed whole.
  const std::string id = filter.trimmed().toStdString();
  if (const auto made = makeFormat(id); made && !findFormat(id)) addRow(qt((*made)->info().title), qt(id), qt(id));
  std::optional<FormatFamily> above;
  for (const NumberFormat* format : formatRegistry()) {
    const FormatInfo& info = format->info();
    if (!matches(searchText(info), words)) continue;
    if (above != info.family) addHeading(titleOf(info.family));
    above = info.family;
    addRow(qt(info.title), qt(info.id), qt(info.id))->setToolTip(qt(info.name));
  }
  addRules(words);
  if (m_list->count() == 0) addHeading(tr("No format is called that"));
  if (!m_list->currentItem() || !filter.isEmpty()) moveTo(0, 1);
}

void FormatPopup::addRules(const QStringList& words) {
  bool headed = false;
  for (const Rule& rule : rules()) {
    if (!matches(rule.title + QLatin1Char(' ') + QLatin1String(rule.pattern) + tr(" custom"), words)) continue;
    if (!headed) addHeading(tr("Make one"));
    headed = true;
    addRow(rule.title, QLatin1String(rule.pattern), QLatin1String(rule.first))->setData(kDesignRole, true);
  }
}

void FormatPopup::addHeading(const QString& title) {
  auto* item = new QListWidgetItem(title, m_list);
  item->setFlags(Qt::NoItemFlags);
}

QListWidgetItem* FormatPopup::addRow(const QString& title, const QString& note, const QString& id) {
  auto* item = new QListWidgetItem(title, m_list);
  item->setData(Qt::UserRole, id);
  item->setData(kNoteRole, note);
  if (id == m_current && !m_list->currentItem()) m_list->setCurrentItem(item);
  return item;
}

/// To `row`, or from there on in that direction to the next that is no heading.
void FormatPopup::moveTo(int row, int direction) {
  while (row >= 0 && row < m_list->count() && isHeading(*m_list->item(row))) row += direction;
  if (row >= 0 && row < m_list->count()) m_list->setCurrentRow(row);
}

void FormatPopup::take() {
  const QListWidgetItem* item = m_list->currentItem();
  if (!item || isHeading(*item)) return;
  const QString id = item->data(Qt::UserRole).toString();
  const bool design = item->data(kDesignRole).toBool();
  hide();
  if (design)
    Q_EMIT designPicked(id);
  else
    Q_EMIT picked(id);
}

bool FormatPopup::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() != QEvent::KeyPress) return QFrame::eventFilter(watched, event);
  const int at = m_list->currentRow();
  switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Down:
      moveTo(at + 1, 1);
      return true;
    case Qt::Key_Up:
      moveTo(at - 1, -1);
      return true;
    case Qt::Key_PageDown:
      moveTo(std::min(at + 10, m_list->count() - 1), -1);
      return true;
    case Qt::Key_PageUp:
      moveTo(std::max(at - 10, 0), 1);
      return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      take();
      return true;
    case Qt::Key_Escape:
      hide();
      return true;
    default:
      return QFrame::eventFilter(watched, event);
  }
}

void FormatPopup::paintEvent(QPaintEvent*) { paintPopup(*this); }

}  // namespace ulpscope
