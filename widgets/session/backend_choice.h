// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QString>

#include "widgets/session/backend_supply.h"
#include "widgets/session/task.h"

namespace ulpscope {

class Session;

/// Who computes: what there is to choose from, and what the user chose. Work that runs keeps the backend that it began
/// with.
class BackendChoice final : public QObject {
  Q_OBJECT

 public:
  BackendChoice(Session& session, BackendSupply supply, QObject* parent = nullptr);

  /// Looks for devices, and takes what was chosen in an earlier run; empty: Automatic.
  void begin(const std::string& id);
  /// As the user does: it is kept between runs. What cannot be used is said in the strip, and stays chosen: until it
  /// can, the processor computes. Choosing a device again tries it anew.
  void choose(const std::string& id);
  const std::string& chosen() const { return m_chosen; }

  struct Option {
    std::string id;
    QString title;
    bool isThere = true;
  };
  /// Automatic, what every machine has, the devices found; and what is chosen, also where it is not there.
  std::vector<Option> options() const;
  bool isLooking() const { return m_isLooking; }
  const DeviceListing& devices() const { return m_devices; }
  /// "no CUDA device", "NVIDIA H200", "2 CUDA devices".
  QString deviceNote() const;

 Q_SIGNALS:
  /// The options, or the one chosen.
  void changed();

 private:
  void take(const std::string& id);
  void tellUnusable(const std::string& id, const Error& error);
  void tellLost(const std::string& id, const Error& error);
  QString titleOf(const std::string& id) const;

  Session& m_session;
  BackendSupply m_supply;
  std::string m_chosen = kAutomatic;
  DeviceListing m_devices;
  bool m_isLooking = false;
  Task m_looking;
  Task m_making;
};

}  // namespace ulpscope
