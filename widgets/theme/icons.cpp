// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

class TintedSvgEngine final : public QIconEngine {
 public:
  /// An invalid `color` stands for the theme's.
  TintedSvgEngine(QByteArray svg, QColor color) : m_svg(std::move(svg)), m_color(color) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    const auto& c = theme().colors();
    const QColor tint = m_color.isValid()         ? m_color
                        : mode == QIcon::Disabled ? c.disabled
                        : state == QIcon::On      ? c.accent
                                                  : c.muted;
    QByteArray svg = m_svg;
    svg.replace("currentColor", tint.name().toLatin1());
    QSvgRenderer(svg).render(painter, rect);
  }

  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(&painter, QRect(QPoint(), size), mode, state);
    return pixmap;
  }

  QIconEngine* clone() const override { return new TintedSvgEngine(m_svg, m_color); }

 private:
  QByteArray m_svg;
  QColor m_color;
};

}  // namespace

QIcon themedIcon(const QString& name) { return tintedIcon(name, {}); }

QIcon tintedIcon(const QString& name, const QColor& color) {
  QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
  [[maybe_unused]] const bool found = file.open(QIODevice::ReadOnly);
  Q_ASSERT_X(found, "tintedIcon", qPrintable(file.fileName()));
  return QIcon(new TintedSvgEngine(file.readAll(), color));
}

QIcon applicationIcon() { return QIcon(QStringLiteral(":/icons/app.svg")); }

}  // namespace ulpscope
