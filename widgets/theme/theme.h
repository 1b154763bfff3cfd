// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QColor>
#include <QFont>
#include <QObject>
#include <QPalette>
#include <array>

class QApplication;

namespace ulpscope {

/// Every colour of the interface, by what it is for. Text, muted and the colours named "as text" keep a contrast of
/// 4.5:1 on window, surface, raised and selection.
struct ThemeColors {
  QColor window;
  QColor surface;
  QColor raised;
  QColor border;
  QColor hairline;
  QColor text;
  QColor muted;
  QColor disabled;
  QColor accent;
  QColor selection;  ///< a tint: text on it keeps its own colour

  QColor sign;  ///< bit fields, as text and under `onField` digits
  QColor regime;
  QColor exponent;
  QColor fraction;
  QColor onField;

  QColor special;  ///< NaN and infinity, as text
  QColor outlier;
  QColor good;
  QColor bad;

  QColor plotSpecial;  ///< the same as fills and lines in plots
  QColor plotOutlier;
  QColor plotGood;
  QColor plotBad;
  std::array<QColor, 8> series;  ///< Okabe-Ito; each goes with the dash of the same number
};

enum class ThemeMode { System, Light, Dark };

/// Colours, fonts and the palette of the application; plots obey it too. There is one, as there is one QApplication.
class Theme final : public QObject {
  Q_OBJECT

 public:
  static Theme& instance();

  /// Sets style, font and palette of the application; called once, before the first widget.
  void install(QApplication& application);
  void setMode(ThemeMode mode);
  ThemeMode mode() const { return m_mode; }
  bool isDark() const { return m_dark; }
  const ThemeColors& colors() const { return m_colors; }

  /// Inter, or the system's sans. Sizes in px: 11 notes and labels, 12 tables, 13 body and titles (DemiBold).
  QFont words(int px = 13, QFont::Weight weight = QFont::Normal) const;
  /// JetBrains Mono, or the system's fixed font: every number, bit and code.
  QFont numbers(int px = 12, QFont::Weight weight = QFont::Normal) const;

  /// The dash of a series, so that no series is told from another by colour alone.
  Qt::PenStyle dash(std::size_t series) const;

 Q_SIGNALS:
  void changed();

 private:
  Theme();
  void refresh();
  QPalette palette() const;

  ThemeMode m_mode = ThemeMode::System;
  bool m_dark = false;
  ThemeColors m_colors;
  QPalette m_systemPalette;
};

inline Theme& theme() { return Theme::instance(); }

ThemeColors lightColors();
ThemeColors darkColors();

}  // namespace ulpscope
