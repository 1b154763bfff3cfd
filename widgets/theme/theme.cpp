// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QFontDatabase>

#include "widgets/theme/house_style.h"
#include "widgets/theme/system_scheme.h"

namespace ulpscope {
namespace {

QColor rgb(unsigned value) { return QColor::fromRgb(value); }

QFont font(const QStringList& families, QFontDatabase::SystemFont fallback, int px, QFont::Weight weight) {
  static const QStringList installed = QFontDatabase::families();
  QFont result = QFontDatabase::systemFont(fallback);
  QStringList chosen;
  for (const auto& family : families)
    if (installed.contains(family)) chosen << family;
  // The fallback for Chinese is named, else fontconfig prefers the Japanese shapes of shared characters.
  chosen << result.family() << QStringLiteral("Noto Sans CJK SC");
  result.setFamilies(chosen);
  result.setPixelSize(px);
  result.setWeight(weight);
  result.setHintingPreference(QFont::PreferNoHinting);
  return result;
}

}  // namespace

ThemeColors lightColors() {
  return {.window = rgb(0xF7F7F5),
          .surface = rgb(0xFFFFFF),
          .raised = rgb(0xFFFFFF),
          .border = rgb(0xDDDDD8),
          .hairline = rgb(0xEAEAE6),
          .text = rgb(0x1D1F21),
          .muted = rgb(0x5F6368),
          .disabled = rgb(0x767B80),
          .accent = rgb(0x0072B2),
          .selection = rgb(0xEBF2F7),
          .sign = rgb(0xB84A00),
          .regime = rgb(0xA8487F),
          .exponent = rgb(0x007A59),
          .fraction = rgb(0x0072B2),
          .onField = rgb(0xFFFFFF),
          .special = rgb(0xA8487F),
          .outlier = rgb(0x8F5F00),
          .good = rgb(0x007A59),
          .bad = rgb(0xB84A00),
          .plotSpecial = rgb(0xCC79A7),
          .plotOutlier = rgb(0xE69F00),
          .plotGood = rgb(0x009E73),
          .plotBad = rgb(0xD55E00),
          .series = {rgb(0x0072B2), rgb(0xE69F00), rgb(0x009E73), rgb(0xD55E00), rgb(0xCC79A7), rgb(0x56B4E9),
                     rgb(0xF0E442), rgb(0x999999)}};
}

ThemeColors darkColors() {
  return {.window = rgb(0x1B1D1F),
          .surface = rgb(0x232629),
          .raised = rgb(0x2B2F33),
          .border = rgb(0x3A3F44),
          .hairline = rgb(0x2E3236),
          .text = rgb(0xE8EAED),
          .muted = rgb(0xA6ACB2),
          .disabled = rgb(0x8A9096),
          .accent = rgb(0x56B4E9),
          .selection = rgb(0x25313A),
          .sign = rgb(0xF0824A),
          .regime = rgb(0xE3A3C6),
          .exponent = rgb(0x2CC295),
          .fraction = rgb(0x56B4E9),
          .onField = rgb(0x1B1D1F),
          .special = rgb(0xE3A3C6),
          .outlier = rgb(0xF2B84B),
          .good = rgb(0x2CC295),
          .bad = rgb(0xF0824A),
          .plotSpecial = rgb(0xE3A3C6),
          .plotOutlier = rgb(0xF2B84B),
          .plotGood = rgb(0x2CC295),
          .plotBad = rgb(0xF0824A),
          // The two blues change places: the first series is the one that must be seen best.
          .series = {rgb(0x56B4E9), rgb(0xE69F00), rgb(0x009E73), rgb(0xD55E00), rgb(0xCC79A7), rgb(0x0072B2),
                     rgb(0xF0E442), rgb(0x999999)}};
}

Theme::Theme() : m_colors(lightColors()) {}

Theme& Theme::instance() {
  static Theme theme;
  return theme;
}

void Theme::install(QApplication& application) {
  m_systemPalette = application.palette();
  application.setStyle(new HouseStyle);
  application.setFont(words());
  watchSystemScheme(this, [this] {
    if (m_mode == ThemeMode::System) refresh();
  });
  refresh();
}

void Theme::setMode(ThemeMode mode) {
  m_mode = mode;
  refresh();
}

void Theme::refresh() {
  m_dark = m_mode == ThemeMode::Dark || (m_mode == ThemeMode::System && systemIsDark(m_systemPalette));
  m_colors = m_dark ? darkColors() : lightColors();
  QApplication::setPalette(palette());
  Q_EMIT changed();
}

QPalette Theme::palette() const {
  const auto& c = m_colors;
  QPalette p;
  p.setColor(QPalette::Window, c.window);
  p.setColor(QPalette::WindowText, c.text);
  p.setColor(QPalette::Base, c.surface);
  p.setColor(QPalette::AlternateBase, c.window);
  p.setColor(QPalette::Text, c.text);
  p.setColor(QPalette::PlaceholderText, c.muted);
  p.setColor(QPalette::Button, c.raised);
  p.setColor(QPalette::ButtonText, c.text);
  p.setColor(QPalette::BrightText, c.bad);
  p.setColor(QPalette::ToolTipBase, c.raised);
  p.setColor(QPalette::ToolTipText, c.text);
  p.setColor(QPalette::Highlight, c.accent);
  p.setColor(QPalette::HighlightedText, c.onField);
  p.setColor(QPalette::Link, c.accent);
  p.setColor(QPalette::LinkVisited, c.accent);
  p.setColor(QPalette::Light, c.raised);
  p.setColor(QPalette::Midlight, c.hairline);
  p.setColor(QPalette::Mid, c.border);
  p.setColor(QPalette::Dark, c.border);
  p.setColor(QPalette::Shadow, c.border);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
    p.setColor(QPalette::Disabled, role, c.disabled);
  return p;
}

QFont Theme::words(int px, QFont::Weight weight) const {
  static const QStringList families{QStringLiteral("Inter"), QStringLiteral("Inter Variable")};
  return font(families, QFontDatabase::GeneralFont, px, weight);
}

QFont Theme::numbers(int px, QFont::Weight weight) const {
  static const QStringList families{QStringLiteral("JetBrains Mono")};
  QFont result = font(families, QFontDatabase::FixedFont, px, weight);
  result.setStyleHint(QFont::Monospace);
  return result;
}

Qt::PenStyle Theme::dash(std::size_t series) const {
  static constexpr std::array kDashes{Qt::SolidLine, Qt::DashDotLine, Qt::DashLine, Qt::DotLine, Qt::DashDotDotLine};
  return kDashes[series % kDashes.size()];
}

}  // namespace ulpscope
