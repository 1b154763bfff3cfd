// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <QRegularExpression>
#include <QSettings>
#include <QStandardPaths>

#include "tests/widgets/event_times.h"
#include "widgets/theme/theme.h"

namespace {

/// A warning of Qt is a mistake of ours (a layout set twice, a signal that does not exist), but for what the offscreen
/// platform says of itself.
void failOnWarning(QtMsgType type, const QMessageLogContext&, const QString& message) {
  static const QRegularExpression harmless(QStringLiteral("^This plugin does not support "));
  if (type == QtDebugMsg || type == QtInfoMsg || harmless.match(message).hasMatch()) return;
  ADD_FAILURE() << "Qt says: " << message.toStdString();
}

}  // namespace

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  testing::InitGoogleTest(&argc, argv);
  QStandardPaths::setTestModeEnabled(true);
  ulpscope::TimedApplication application(argc, argv);
  QApplication::setOrganizationName(QStringLiteral("ulpscope-tests-%1").arg(QCoreApplication::applicationPid()));
  QApplication::setApplicationName(QStringLiteral("widgets_tests"));
  ulpscope::theme().install(application);
  ulpscope::theme().setMode(ulpscope::ThemeMode::Light);
  qInstallMessageHandler(failOnWarning);
  // The page of matrix products begins where it was left: with the product of the least work.
  QSettings().setValue(QStringLiteral("matrix/preset"), QStringLiteral("attention"));
  const int result = RUN_ALL_TESTS();
  QSettings().clear();
  return result;
}
