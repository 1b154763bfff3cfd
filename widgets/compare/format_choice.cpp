// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/format_choice.h"

#include <QSettings>
#include <algorithm>

#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

/// From 32 bits to 4: those that people meet in deep learning.
const QStringList& firstChoice() {
  static const QStringList ids{QStringLiteral("float32"),       QStringLiteral("tfloat32"),
                               QStringLiteral("bfloat16"),      QStringLiteral("float16"),
                               QStringLiteral("float8_e5m2"),   QStringLiteral("float8_e4m3fn"),
                               QStringLiteral("float6_e3m2fn"), QStringLiteral("float4_e2m1fn")};
  return ids;
}

QString key() { return QStringLiteral("compare/formats"); }

QString idOf(const FormatProfile& profile) { return QString::fromStdString(std::string(profile.format->info().id)); }

}  // namespace

FormatChoice::FormatChoice(QObject* parent)
    : QObject(parent),
      m_profiles(std::make_shared<const Profiles>()),
      m_places(QSettings().value(key(), firstChoice()).toStringList()) {}

void FormatChoice::setProfiles(std::shared_ptr<const Profiles> profiles) {
  m_profiles = std::move(profiles);
  for (QString& place : m_places)
    if (!find(place.toStdString())) place.clear();  // a format of another version
  Q_EMIT changed();
}

const FormatProfile* FormatChoice::find(std::string_view id) const {
  const auto found = std::find_if(m_profiles->begin(), m_profiles->end(),
                                  [&](const FormatProfile& profile) { return profile.format->info().id == id; });
  return found == m_profiles->end() ? nullptr : &*found;
}

std::optional<std::size_t> FormatChoice::placeOf(const FormatProfile& profile) const {
  const qsizetype place = m_places.indexOf(idOf(profile));
  return place < 0 ? std::nullopt : std::optional(std::size_t(place));
}

void FormatChoice::choose(const FormatProfile& profile, bool chosen) {
  if (chosen == isChosen(profile)) return;
  if (!chosen) {
    m_places[qsizetype(*placeOf(profile))].clear();
    while (!m_places.isEmpty() && m_places.back().isEmpty()) m_places.removeLast();
  } else if (const qsizetype free = m_places.indexOf(QString()); free >= 0) {
    m_places[free] = idOf(profile);
  } else {
    m_places << idOf(profile);
  }
  store();
  Q_EMIT changed();
}

void FormatChoice::chooseNone() {
  m_places.clear();
  store();
  Q_EMIT changed();
}

std::vector<ChosenFormat> FormatChoice::chosen() const {
  std::vector<ChosenFormat> chosen;
  for (const FormatProfile& profile : *m_profiles)
    if (const auto place = placeOf(profile)) chosen.push_back({&profile, *place});
  return chosen;
}

std::vector<const FormatProfile*> FormatChoice::byPlace() const {
  std::vector<const FormatProfile*> profiles;
  for (const QString& place : m_places) profiles.push_back(place.isEmpty() ? nullptr : find(place.toStdString()));
  return profiles;
}

void FormatChoice::store() const { QSettings().setValue(key(), m_places); }

QColor colorOfPlace(std::size_t place) {
  const auto& series = theme().colors().series;
  return series[place % series.size()];
}

}  // namespace ulpscope
