// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/scheme_list.h"

#include <QPainter>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <algorithm>

#include "widgets/session/text.h"
#include "widgets/theme/control_painting.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kRowHeight = 24;
constexpr int kFamilyHeight = 26;
constexpr int kIndent = 8;
constexpr int kBitsRole = Qt::UserRole + 1;
constexpr int kFitsRole = Qt::UserRole + 2;

bool isFamily(const QModelIndex& index) { return index.data(Qt::UserRole).toString().isEmpty(); }

class SchemeDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override {
    return {80, isFamily(index) ? kFamilyHeight : kRowHeight};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    painter->save();
    if (isFamily(index))
      paintFamily(*painter, option.rect, index.data().toString());
    else
      paintScheme(*painter, option, index);
    painter->restore();
  }

 private:
  static void paintFamily(QPainter& painter, const QRect& rect, const QString& title) {
    painter.setFont(theme().words(11));
    painter.setPen(theme().colors().muted);
    painter.drawText(rect.adjusted(0, 6, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, title);
  }

  static void paintScheme(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) {
    const ThemeColors& c = theme().colors();
    const QRect row = option.rect;
    const bool chosen = option.state & QStyle::State_Selected;
    if (chosen)
      painter.fillRect(row, c.selection);
    else if (option.state & QStyle::State_MouseOver)
      painter.fillRect(row, c.window);
    if (option.state & QStyle::State_HasFocus && option.state & QStyle::State_KeyboardFocusChange)
      painting::focusRing(painter, row);
    const QRect room = row.adjusted(kIndent, 0, -kIndent, 0);
    const QString bits = index.data(kBitsRole).toString();
    painter.setFont(theme().numbers(11));
    painter.setPen(c.muted);
    painter.drawText(room, Qt::AlignRight | Qt::AlignVCenter, bits);
    const int left = room.width() - QFontMetrics(painter.font()).horizontalAdvance(bits) - kIndent;
    painter.setFont(theme().words(13, chosen ? QFont::Medium : QFont::Normal));
    painter.setPen(index.data(kFitsRole).toBool() ? c.text : c.disabled);
    const QString title = QFontMetrics(painter.font()).elidedText(index.data().toString(), Qt::ElideRight, left);
    painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter, title);
  }
};

}  // namespace

SchemeList::SchemeList(QWidget* parent) : QListWidget(parent) {
  setAccessibleName(tr("Quantization schemes"));
  setFrameShape(QFrame::NoFrame);
  setItemDelegate(new SchemeDelegate(this));
  setMouseTracking(true);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  viewport()->setAutoFillBackground(false);
  QString family;
  for (const Scheme* scheme : schemeRegistry()) {
    const SchemeInfo& info = scheme->info();
    const QString title = QString::fromStdString(info.family);
    if (title != family) addFamily(title);
    family = title;
    auto* item = new QListWidgetItem(QString::fromStdString(info.title), this);
    item->setData(Qt::UserRole, QString::fromStdString(info.id));
    item->setData(kFitsRole, true);
  }
  connect(this, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem* item) {
    if (item) Q_EMIT schemeChosen(item->data(Qt::UserRole).toString().toStdString());
  });
}

void SchemeList::addFamily(const QString& title) {
  auto* heading = new QListWidgetItem(title, this);
  heading->setFlags(Qt::NoItemFlags);
}

void SchemeList::setShape(const std::optional<MatrixShape>& shape) {
  m_shape = shape;
  for (int row = 0; row < count(); ++row) {
    QListWidgetItem& entry = *item(row);
    const Scheme* scheme = findScheme(entry.data(Qt::UserRole).toString().toStdString());
    if (scheme) showBits(entry, *scheme, scheme == m_chosen ? m_settings : Settings{});
  }
}

void SchemeList::setChosen(const Scheme& scheme, const Settings& settings) {
  const QSignalBlocker quiet(this);
  m_chosen = &scheme;
  m_settings = settings;
  for (int row = 0; row < count(); ++row)
    if (item(row)->data(Qt::UserRole).toString().toStdString() == scheme.info().id) setCurrentRow(row);
  if (currentItem()) scrollToItem(currentItem());
  setShape(m_shape);
}

void SchemeList::showBits(QListWidgetItem& entry, const Scheme& scheme, const Settings& settings) {
  const Result<double> bits = m_shape ? scheme.bitsPerWeight(*m_shape, settings) : Result<double>(0.0);
  const bool known = m_shape && bits;
  entry.setData(kBitsRole, known ? QString::number(*bits, 'f', 3) : m_shape ? emDash() : QString());
  entry.setData(kFitsRole, bits.has_value());
  entry.setToolTip(plainToolTip(bits ? QString::fromStdString(scheme.info().reference) : shown(bits.error().message)));
}

void SchemeList::setFilter(const QString& text) {
  const QStringList words = text.split(u' ', Qt::SkipEmptyParts);
  QListWidgetItem* heading = nullptr;
  for (int row = 0; row < count(); ++row) {
    QListWidgetItem* entry = item(row);
    const QString id = entry->data(Qt::UserRole).toString();
    if (id.isEmpty()) {
      heading = entry;
      heading->setHidden(true);
      continue;
    }
    const QString all = id + u' ' + entry->text() + u' ' + heading->text();
    const bool isShown =
        std::ranges::all_of(words, [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
    entry->setHidden(!isShown);
    if (isShown) heading->setHidden(false);
  }
}

}  // namespace ulpscope
