// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <QString>
#include <memory>

#include "widgets/frame/main_window.h"
#include "widgets/session/session.h"

namespace ulpscope {

/// The folder of the bundled sample checkpoint.
QString sampleFolder();

/// A session over the processor's vectors and two threads. The sample is real: a small trained model, BF16 matrices and
/// FP32 norms.
std::unique_ptr<Session> makeSession();

/// Runs the event loop until no task runs and what their results set off is done too.
void settle(const Session& session);

/// Opens the sample and waits for it.
void openSample(Session& session);

/// A session and its window, not yet shown.
class WindowTest : public testing::Test {
 protected:
  std::unique_ptr<Session> m_session = makeSession();
  MainWindow m_window{*m_session};
};

}  // namespace ulpscope
