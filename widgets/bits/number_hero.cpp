// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/number_hero.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <array>

#include "widgets/session/text.h"
#include "widgets/theme/control_painting.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr std::array kValueSizes{34, 30, 26, 22, 18};  ///< px, the first that fits in one line
constexpr int kWrappedSize = 13;
constexpr double kValueHeight = 48;
constexpr int kWidest = 400;
constexpr double kLineHeight = 20;
const QString kSeparator = QStringLiteral(" · ");

/// `text` broken anywhere into lines of at most `width`, the last one cut where they do not hold it all.
QStringList wrapped(const QString& text, const QFontMetricsF& metrics, double width, int mostLines) {
  const auto perLine = std::max<qsizetype>(1, qsizetype(width / metrics.horizontalAdvance(QLatin1Char('0'))));
  QStringList lines;
  for (qsizetype at = 0; at < text.size(); at += perLine) {
    if (lines.size() == mostLines) {
      lines.back().chop(1);
      lines.back() += QStringLiteral("…");
      break;
    }
    lines << text.mid(at, perLine);
  }
  return lines;
}

void copy(const QString& text) { QApplication::clipboard()->setText(text); }

}  // namespace

NumberHero::NumberHero(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setMaximumWidth(kWidest);
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Stored value"));
  connect(&theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void NumberHero::setText(const HeroText& text) {
  m_text = text;
  QStringList said{m_showsExact ? text.exact : text.readable, text.verdict, text.kind};
  if (!text.origin.isEmpty()) said << text.origin;
  setAccessibleDescription(said.join(QStringLiteral(", ")));
  QStringList tip{tr("Exact: %1").arg(text.exact)};
  if (text.readable != text.exact)
    tip << tr("Shown: %1, the fewest digits that read back; Space shows every digit").arg(text.readable);
  if (!text.hexFloat.isEmpty()) tip << tr("Hex float: %1").arg(text.hexFloat);
  tip << tr("Code: %1").arg(text.code);
  if (!text.kindMeaning.isEmpty()) tip << text.kindMeaning;
  setToolTip(plainToolTip(tip.join(QLatin1Char('\n'))));
  update();
}

void NumberHero::setShowsExact(bool exact) {
  m_showsExact = exact;
  setText(m_text);
}

void NumberHero::paintEvent(QPaintEvent*) {
  const ThemeColors& colors = theme().colors();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  if (hasFocus()) painting::focusRing(painter, rect());
  double y = 0;
  if (!m_text.origin.isEmpty()) {
    const QFont font = theme().words(12);
    paintRightAligned(painter, y, QFontMetricsF(font).elidedText(m_text.origin, Qt::ElideMiddle, width()), font,
                      colors.muted);
  }
  y += kLineHeight - 2;
  paintValue(painter, {0, y, double(width()), kValueHeight});
  y += kValueHeight + 4;

  const QFont words = theme().words(13);
  const QFont numbers = theme().numbers(12);
  const QString right = kSeparator + m_text.kind + (m_text.hexFloat.isEmpty() ? QString() : kSeparator);
  const double hexWidth = QFontMetricsF(numbers).horizontalAdvance(m_text.hexFloat);
  const QFontMetricsF metrics(words);
  const bool oneLine = metrics.horizontalAdvance(m_text.verdict + right) + hexWidth <= width();
  // From the right: hex float, class, verdict, each in its face and colour.
  double x = width();
  const auto prepend = [&](const QString& text, const QFont& font, const QColor& color) {
    const double wide = QFontMetricsF(font).horizontalAdvance(text);
    x -= wide;
    painter.setFont(font);
    painter.setPen(color);
    painter.drawText(QRectF(x, y, wide + 1, kLineHeight), Qt::AlignVCenter | Qt::TextDontClip, text);
  };
  if (oneLine) prepend(m_text.hexFloat, numbers, colors.muted);
  prepend(oneLine ? right : kSeparator + m_text.kind, words, colors.muted);
  prepend(m_text.verdict, words, m_text.isExact ? colors.good : colors.bad);
  y += kLineHeight;

  // The hex float moves down here where there is no room for it above.
  const QString hexBelow = oneLine ? QString() : (m_text.formula.isEmpty() ? QString() : kSeparator) + m_text.hexFloat;
  const double formulaWidth = metrics.horizontalAdvance(m_text.formula);
  x = width();
  if (formulaWidth + QFontMetricsF(numbers).horizontalAdvance(hexBelow) <= width())
    prepend(hexBelow, numbers, colors.muted);
  prepend(m_text.formula, words, colors.muted);
}

void NumberHero::paintValue(QPainter& painter, const QRectF& rect) const {
  painter.setPen(theme().colors().text);
  const QString& text = m_showsExact ? m_text.exact : m_text.readable;
  for (const int px : kValueSizes) {
    const QFont font = theme().numbers(px);
    if (QFontMetricsF(font).horizontalAdvance(text) > rect.width()) continue;
    painter.setFont(font);
    painter.drawText(rect, Qt::AlignRight | Qt::AlignVCenter, text);
    return;
  }
  const QFont font = theme().numbers(kWrappedSize);
  const QFontMetricsF metrics(font);
  painter.setFont(font);
  const QStringList lines = wrapped(text, metrics, rect.width(), int(rect.height() / metrics.lineSpacing()));
  painter.drawText(rect, Qt::AlignRight | Qt::AlignVCenter, lines.join(QLatin1Char('\n')));
}

void NumberHero::paintRightAligned(QPainter& painter, double top, const QString& text, const QFont& font,
                                   const QColor& color) const {
  painter.setFont(font);
  painter.setPen(color);
  painter.drawText(QRectF(0, top, width(), kLineHeight), Qt::AlignRight | Qt::AlignVCenter, text);
}

void NumberHero::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Space)
    setShowsExact(!m_showsExact);
  else
    QWidget::keyPressEvent(event);
}

void NumberHero::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu;
  QAction* exact = menu.addAction(tr("Show every digit"));
  exact->setCheckable(true);
  exact->setChecked(m_showsExact);
  connect(exact, &QAction::toggled, this, &NumberHero::setShowsExact);
  menu.addSeparator();
  for (const auto& [title, text] : {std::pair{tr("Copy value"), m_text.readable},
                                    {tr("Copy exact"), m_text.exact},
                                    {tr("Copy hex float"), m_text.hexFloat},
                                    {tr("Copy code"), m_text.code}}) {
    QAction* action = menu.addAction(title + QLatin1Char('\t') + text.left(24));
    connect(action, &QAction::triggered, this, [text = text] { copy(text); });
  }
  menu.exec(event->globalPos());
}

}  // namespace ulpscope
