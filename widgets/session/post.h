// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QMetaObject>
#include <QObject>
#include <functional>

#include "core/jobs/job_slot.h"

namespace ulpscope {

/// Queues callables to the thread of `receiver`. What is still queued when `receiver` dies is dropped with it;
/// `receiver` must outlive the slot (own the slot with it, or in it).
inline JobSlot::Post postTo(QObject& receiver) {
  return [&receiver](std::function<void()> call) {
    QMetaObject::invokeMethod(&receiver, std::move(call), Qt::QueuedConnection);
  };
}

}  // namespace ulpscope
