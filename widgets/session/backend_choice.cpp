// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/backend_choice.h"

#include <algorithm>

#include "widgets/session/post.h"
#include "widgets/session/preferences.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

/// "cuda:1" is "CUDA device 1", whether or not there is one.
QString genericTitle(const std::string& id) {
  constexpr std::string_view kPrefix = "cuda:";
  if (!id.starts_with(kPrefix)) return shown(id);
  return BackendChoice::tr("CUDA device %1").arg(shown(std::string_view(id).substr(kPrefix.size())));
}

}  // namespace

BackendChoice::BackendChoice(Session& session, BackendSupply supply, QObject* parent)
    : QObject(parent), m_session(session), m_supply(std::move(supply)), m_looking(session), m_making(session) {
  m_looking.setQuiet();
  m_making.setQuiet();
}

void BackendChoice::begin(const std::string& id) {
  m_chosen = id.empty() ? kAutomatic : id == "cuda" ? "cuda:0" : id;
  m_isLooking = true;
  m_looking.start(
      tr("looking for devices"),
      [list = m_supply.devices](const JobContext&) -> Result<DeviceListing> { return list(); },
      [this](Result<DeviceListing> found) {
        m_isLooking = false;
        if (found) m_devices = *std::move(found);
        Q_EMIT changed();
      },
      ProgressUnit::Steps);
  if (m_chosen != kAutomatic) take(m_chosen);
  Q_EMIT changed();
}

void BackendChoice::choose(const std::string& id) {
  m_chosen = id;
  storeBackend(shown(id));
  take(id);
  Q_EMIT changed();
}

void BackendChoice::take(const std::string& id) {
  if (!m_supply.make) return;
  const auto failed = [this, id, post = postTo(*this)](const Error& error) {
    post([this, id, error] { tellLost(id, error); });
  };
  using Made = std::shared_ptr<const Backend>;
  m_making.start(
      tr("starting %1").arg(titleOf(id)),
      [make = m_supply.make, id, failed](const JobContext&) { return make(id, failed); },
      [this, id](Result<Made> made) {
        if (made) return m_session.setBackend(*std::move(made));
        if (made.error().code == Errc::Cancelled) return;
        tellUnusable(id, made.error());
        if (id != kAutomatic) take(kAutomatic);
      },
      ProgressUnit::Steps);
}

void BackendChoice::tellUnusable(const std::string& id, const Error& error) {
  m_session.report({.sentence = tr("%1 was chosen, but cannot be used (%2): until it can, the processor computes.")
                                    .arg(titleOf(id), shown(error.message)),
                    .details = shown(error.subject),
                    .warning = true});
}

void BackendChoice::tellLost(const std::string& id, const Error& error) {
  m_session.report(
      {.sentence =
           tr("%1 failed (%2): the processor goes on, and nothing is lost.").arg(titleOf(id), shown(error.message)),
       .details = tr("To try the device anew, choose it again in the settings."),
       .action = tr("Settings"),
       .perform = [this] { Q_EMIT m_session.pageRequested(QStringLiteral("settings")); },
       .warning = true});
  Q_EMIT m_session.backendRenamed();
}

std::vector<BackendChoice::Option> BackendChoice::options() const {
  std::vector<Option> options{{kAutomatic, tr("Automatic"), true}};
  for (const auto* of : {&m_supply.always, &m_devices.devices})
    for (const BackendOption& option : *of) options.push_back({option.id, shown(option.title), true});
  if (std::ranges::find(options, m_chosen, &Option::id) == options.end())
    options.push_back({m_chosen, m_isLooking ? genericTitle(m_chosen) : tr("%1, not there").arg(genericTitle(m_chosen)),
                       m_isLooking});
  return options;
}

QString BackendChoice::titleOf(const std::string& id) const {
  for (const auto* of : {&m_supply.always, &m_devices.devices})
    for (const BackendOption& option : *of)
      if (option.id == id) return shown(option.title);
  return id == kAutomatic ? tr("Automatic") : genericTitle(id);
}

QString BackendChoice::deviceNote() const {
  if (m_isLooking) return tr("looking for CUDA devices");
  if (m_devices.devices.empty()) return tr("no CUDA device");
  if (m_devices.devices.size() == 1) return shown(m_devices.devices.front().title);
  return tr("%1 CUDA devices").arg(m_devices.devices.size());
}

}  // namespace ulpscope
