// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QColor>
#include <QObject>
#include <QStringList>
#include <memory>
#include <optional>
#include <vector>

#include "core/analysis/format_profile.h"

namespace ulpscope {

/// A format in the pictures. Its place decides colour and dash, and stays while others come and go.
struct ChosenFormat {
  const FormatProfile* profile;
  std::size_t place;
};

/// The formats there are to compare, and which of them the pictures show.
class FormatChoice final : public QObject {
  Q_OBJECT

 public:
  using Profiles = std::vector<FormatProfile>;

  explicit FormatChoice(QObject* parent = nullptr);

  /// Keeps what is chosen. Profiles that the pictures hold live as long as the choice.
  void setProfiles(std::shared_ptr<const Profiles> profiles);
  const Profiles& profiles() const { return *m_profiles; }
  /// nullptr where the format is not among the profiles.
  const FormatProfile* find(std::string_view id) const;

  bool isChosen(const FormatProfile& profile) const { return placeOf(profile).has_value(); }
  std::optional<std::size_t> placeOf(const FormatProfile& profile) const;
  void choose(const FormatProfile& profile, bool chosen);
  void chooseNone();

  /// In the order of the registry.
  std::vector<ChosenFormat> chosen() const;
  /// By place; nullptr where one is free.
  std::vector<const FormatProfile*> byPlace() const;

 Q_SIGNALS:
  void changed();

 private:
  void store() const;

  std::shared_ptr<const Profiles> m_profiles;
  QStringList m_places;  ///< ids; empty where a place is free
};

QColor colorOfPlace(std::size_t place);

}  // namespace ulpscope
