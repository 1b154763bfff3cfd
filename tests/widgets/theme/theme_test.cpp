// SPDX-License-Identifier: Apache-2.0
#include "widgets/theme/theme.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QComboBox>
#include <QFontMetricsF>
#include <QSignalSpy>
#include <QStyleOptionComboBox>
#include <algorithm>
#include <cmath>

#include "widgets/theme/icons.h"

namespace ulpscope {
namespace {

/// WCAG 2.1, relative luminance.
double luminance(const QColor& color) {
  const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
  return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

/// WCAG 2.1, contrast ratio: 1 to 21.
double contrast(const QColor& a, const QColor& b) {
  const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
  return (lighter + 0.05) / (darker + 0.05);
}

struct Named {
  const char* name;
  QColor color;
};

class EveryTheme : public testing::TestWithParam<ThemeColors (*)()> {};

TEST(Contrast, IsTwentyOneForBlackOnWhiteAndOneForEqualColors) {
  EXPECT_NEAR(contrast(Qt::black, Qt::white), 21, 1e-6);
  EXPECT_NEAR(contrast(Qt::red, Qt::red), 1, 1e-9);
}

TEST_P(EveryTheme, KeepsTextReadableOnEverySurface) {
  const ThemeColors c = GetParam()();
  const Named texts[] = {{"text", c.text},       {"muted", c.muted},       {"accent", c.accent},
                         {"sign", c.sign},       {"exponent", c.exponent}, {"fraction", c.fraction},
                         {"special", c.special}, {"outlier", c.outlier},   {"good", c.good},
                         {"bad", c.bad}};
  const Named surfaces[] = {
      {"window", c.window}, {"surface", c.surface}, {"raised", c.raised}, {"selection", c.selection}};
  for (const auto& text : texts)
    for (const auto& surface : surfaces)
      EXPECT_GE(contrast(text.color, surface.color), 4.5) << text.name << " on " << surface.name;
}

TEST_P(EveryTheme, KeepsDigitsReadableOnFilledBits) {
  const ThemeColors c = GetParam()();
  for (const auto& field : {c.sign, c.exponent, c.fraction}) EXPECT_GE(contrast(c.onField, field), 4.5);
}

INSTANTIATE_TEST_SUITE_P(Both, EveryTheme, testing::Values(&lightColors, &darkColors));

TEST(Theme, ChangesThePaletteOfTheApplicationAndSaysSo) {
  QSignalSpy changed(&theme(), &Theme::changed);
  theme().setMode(ThemeMode::Dark);
  EXPECT_EQ(changed.count(), 1);
  EXPECT_EQ(QApplication::palette().color(QPalette::Window), darkColors().window);
  EXPECT_EQ(QApplication::palette().color(QPalette::PlaceholderText), darkColors().muted);
  theme().setMode(ThemeMode::Light);
  EXPECT_EQ(QApplication::palette().color(QPalette::Window), lightColors().window);
}

TEST(Theme, GivesNumbersAFixedWidthFont) {
  const QFontMetricsF metrics(theme().numbers(12));
  EXPECT_DOUBLE_EQ(metrics.horizontalAdvance(QLatin1Char('1')), metrics.horizontalAdvance(QLatin1Char('8')));
  EXPECT_EQ(theme().numbers(12).pixelSize(), 12);
}

TEST(HouseStyle, CutsAnEntryThatHasNoRoomWithAnEllipsis) {
  QComboBox box;
  box.addItem(QStringLiteral("a calibration of many words.safetensors"));
  box.resize(120, 30);
  const QImage cut = box.grab().toImage();
  QStyleOptionComboBox option;
  option.initFrom(&box);
  const int room =
      box.style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, &box).width();
  const QString whole = box.currentText();
  const QString shorter = box.fontMetrics().elidedText(whole, Qt::ElideMiddle, room - 2);
  ASSERT_NE(shorter, whole);
  box.setItemText(0, shorter);
  EXPECT_EQ(box.grab().toImage(), cut);
}

TEST(Icons, TakeTheAccentWhenOn) {
  const QIcon icon = themedIcon(QStringLiteral("bits"));
  const auto inked = [](const QImage& image, const QColor& color) {
    for (int y = 0; y < image.height(); ++y)
      for (int x = 0; x < image.width(); ++x)
        if (image.pixelColor(x, y) == color) return true;
    return false;
  };
  EXPECT_TRUE(inked(icon.pixmap(96, 96, QIcon::Normal, QIcon::On).toImage(), theme().colors().accent));
  EXPECT_TRUE(inked(icon.pixmap(96, 96, QIcon::Normal, QIcon::Off).toImage(), theme().colors().muted));
}

}  // namespace
}  // namespace ulpscope
