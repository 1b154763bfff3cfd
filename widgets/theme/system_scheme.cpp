// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme/system_scheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QObject>
#include <QPalette>
#include <optional>

namespace ulpscope {
namespace {

constexpr auto kNamespace = "org.freedesktop.appearance";
constexpr auto kKey = "color-scheme";
constexpr unsigned kPreferDark = 1;  // org.freedesktop.portal.Settings: 0 no preference, 1 dark, 2 light
constexpr unsigned kPreferLight = 2;
constexpr int kTimeoutMs = 200;  // a portal that does not answer must not hold up the window

std::optional<bool> portalIsDark() {
  const auto bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return std::nullopt;
  auto call = QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.portal.Desktop"),
                                             QStringLiteral("/org/freedesktop/portal/desktop"),
                                             QStringLiteral("org.freedesktop.portal.Settings"), QStringLiteral("Read"));
  call << QString::fromLatin1(kNamespace) << QString::fromLatin1(kKey);
  const auto reply = bus.call(call, QDBus::Block, kTimeoutMs);
  if (reply.type() != QDBusMessage::ReplyMessage || reply.arguments().isEmpty()) return std::nullopt;
  // Read answers a variant in a variant.
  QVariant value = reply.arguments().constFirst();
  while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
  if (value.toUInt() == kPreferDark) return true;
  if (value.toUInt() == kPreferLight) return false;
  return std::nullopt;
}

/// Receives the portal's SettingChanged.
class SchemeListener final : public QObject {
  Q_OBJECT

 public:
  SchemeListener(QObject* owner, std::function<void()> changed) : QObject(owner), m_changed(std::move(changed)) {
    QDBusConnection::sessionBus().connect(
        QStringLiteral("org.freedesktop.portal.Desktop"), QStringLiteral("/org/freedesktop/portal/desktop"),
        QStringLiteral("org.freedesktop.portal.Settings"), QStringLiteral("SettingChanged"), this,
        SLOT(settingChanged(QString, QString, QDBusVariant)));
  }

 private Q_SLOTS:
  void settingChanged(const QString& space, const QString& key, const QDBusVariant&) {
    if (space == QLatin1String(kNamespace) && key == QLatin1String(kKey)) m_changed();
  }

 private:
  std::function<void()> m_changed;
};

}  // namespace

bool systemIsDark(const QPalette& platformPalette) {
  return portalIsDark().value_or(platformPalette.color(QPalette::Window).lightness() <
                                 platformPalette.color(QPalette::WindowText).lightness());
}

void watchSystemScheme(QObject* owner, std::function<void()> changed) {
  if (QDBusConnection::sessionBus().isConnected()) new SchemeListener(owner, std::move(changed));
}

}  // namespace ulpscope

#include "system_scheme.moc"
