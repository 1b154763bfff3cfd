// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/task.h"

#include "widgets/session/post.h"
#include "widgets/session/session.h"

namespace ulpscope {

Task::Task(Session& session, QObject* parent) : QObject(parent), m_session(session), m_slot(postTo(*this)) {}

Task::~Task() = default;

void Task::announce() { m_session.started(this); }

}  // namespace ulpscope
