// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

namespace ulpscope {

class MainWindow;
class ModelView;
class Session;

/// Once no task has run for a while, saves a picture of the window to `path` and leaves the event loop with 0, or with
/// 1 if it cannot be written or an error was reported meanwhile (a file that does not open). For the pictures of the
/// documentation and for tests.
void grabWhenSettled(MainWindow& window, Session& session, const QString& path);

/// Begins to measure the whole model once a checkpoint is open and no task runs.
void measureWhenSettled(ModelView& view, const Session& session);

}  // namespace ulpscope
