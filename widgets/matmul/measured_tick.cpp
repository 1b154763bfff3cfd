// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/measured_tick.h"

#include <utility>

#include "core/backend/backend.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {

MeasuredTick::MeasuredTick(Session& session, QWidget* parent)
    : QCheckBox(tr("Measured"), parent), m_session(session), m_looking(session) {
  setObjectName(QStringLiteral("measured"));
  setEnabled(false);
  m_looking.setQuiet();
  connect(this, &QCheckBox::clicked, this, &MeasuredTick::edited);
  connect(&session, &Session::backendChanged, this, &MeasuredTick::look);
  connect(&session, &Session::backendRenamed, this, &MeasuredTick::look);
}

void MeasuredTick::showEvent(QShowEvent* event) {
  QCheckBox::showEvent(event);
  if (std::exchange(m_wasShown, true)) return;
  look();
}

void MeasuredTick::look() {
  if (!m_wasShown) return;
  m_looking.start(
      tr("looking for a device that multiplies"),
      [backend = m_session.backend()](const JobContext&) { return backend->productDevice(); },
      [this](const Result<ProductDevice>& device) { showDevice(device); });
}

void MeasuredTick::showDevice(const Result<ProductDevice>& device) {
  const bool wasMeasured = isMeasured();
  setEnabled(device.has_value());
  if (device) {
    setText(tr("Measured on %1").arg(shown(device->name)));
    setToolTip(plainToolTip(
        tr("Also what %1 computes on it, in the colour of what it is compared with").arg(qt(device->library))));
  } else {
    setText(tr("Measured"));
    setToolTip(plainToolTip(tr("Nothing can be measured: %1").arg(shown(device.error().message))));
  }
  if (isMeasured() != wasMeasured) Q_EMIT edited();
}

}  // namespace ulpscope
