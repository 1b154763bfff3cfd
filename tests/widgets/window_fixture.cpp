// SPDX-License-Identifier: Apache-2.0
#include "tests/widgets/window_fixture.h"
#include "kernels/cpu/cpu_backend.h"
#include "tests/source_path.h"

#include <QTest>

namespace ulpscope {
namespace {
constexpr int kLongestMs = 60'000;
constexpr int kQuietMs = 60;
}  // namespace

QString sampleFolder() { return QString::fromStdString(sourcePath("resources/samples/tiny-lm")); }

std::unique_ptr<Session> makeSession() { return std::make_unique<Session>(kernels::makeCpuBackend(2), sampleFolder()); }

void settle(const Session& session) {
  do {
    ASSERT_TRUE(QTest::qWaitFor([&] { return !session.busy(); }, kLongestMs)) << "a task does not come to an end";
    QTest::qWait(kQuietMs);
  } while (session.busy());
}

void openSample(Session& session) {
  session.openSample();
  settle(session);
  ASSERT_TRUE(session.selection().checkpoint) << "the sample does not open";
}

}  // namespace ulpscope
