// SPDX-License-Identifier: Apache-2.0
// Who computes, on a machine with two devices that are none: what is chosen, kept, shown and lost.
#include "widgets/session/backend_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <thread>

#include "core/analysis/tensor_profile.h"
#include "core/backend/fallback_backend.h"
#include "kernels/cpu/cpu_backend.h"
#include "tests/widgets/event_times.h"
#include "tests/widgets/fake_device.h"
#include "tests/widgets/find_named.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/frame/link_button.h"
#include "widgets/frame/status_strip.h"
#include "widgets/pages/page.h"
#include "widgets/plots/plot_view.h"
#include "widgets/session/preferences.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class BackendChoiceTest : public testing::Test {
 protected:
  BackendChoiceTest() {
    QObject::connect(m_session.get(), &Session::reported,
                     [this](const Report& report) { m_reports << report.sentence; });
  }
  void TearDown() override { QSettings().remove("backend"); }

  BackendSupply supply() {
    BackendSupply supply;
    supply.always = {{"cpu", m_processor->description()}, {"reference", "reference"}};
    supply.devices = [this]() -> DeviceListing {
      std::this_thread::sleep_for(std::chrono::milliseconds(150));  // a driver that starts
      if (m_devices.empty()) return {{}, "no CUDA device answers: no driver"};
      return {{{"cuda:0", "CUDA device 0, H200"}, {"cuda:1", "CUDA device 1, H200"}}, ""};
    };
    supply.make = [this](std::string_view id,
                         std::function<void(const Error&)> failed) -> Result<std::shared_ptr<const Backend>> {
      if (id == "reference") return makeReferenceBackend();
      if (id == "cpu" || id == "auto") return m_processor;
      const auto number = static_cast<std::size_t>(id.back() - '0');
      if (number >= m_devices.size()) return fail(Errc::Unsupported, "a device below 2 expected, 7 found", "cuda");
      return makeFallbackBackend(m_devices[number], m_processor, std::move(failed));
    };
    return supply;
  }
  std::string inUse() { return m_session->backend()->description(); }
  QStringList titles() {
    QStringList titles;
    for (const auto& option : m_session->backendChoice().options()) titles << option.title;
    return titles;
  }

  std::shared_ptr<const Backend> m_processor = kernels::makeCpuBackend(2);
  std::vector<std::shared_ptr<FakeDevice>> m_devices{std::make_shared<FakeDevice>("H200"),
                                                     std::make_shared<FakeDevice>("H200 again")};
  std::unique_ptr<Session> m_session = std::make_unique<Session>(m_processor, sampleFolder(), supply());
  QStringList m_reports;
};

TEST_F(BackendChoiceTest, TakesWhatIsChosenAndKeepsIt) {
  BackendChoice& choice = m_session->backendChoice();
  QSignalSpy changes(m_session.get(), &Session::backendChanged);
  choice.begin({});
  EXPECT_TRUE(choice.isLooking());
  EXPECT_EQ(choice.deviceNote(), "looking for CUDA devices");
  EXPECT_EQ(choice.chosen(), "auto");
  settle(*m_session);
  EXPECT_EQ(titles(), QStringList({"Automatic", qt(m_processor->description()), "reference", "CUDA device 0, H200",
                                   "CUDA device 1, H200"}));
  EXPECT_EQ(choice.deviceNote(), "2 CUDA devices");
  EXPECT_EQ(changes.count(), 0) << "the processor goes on";
  EXPECT_EQ(inUse(), m_processor->description());

  choice.choose("cuda:1");
  settle(*m_session);
  EXPECT_THAT(inUse(), StartsWith("cuda H200 again, and cpu"));
  EXPECT_EQ(changes.count(), 1);
  EXPECT_EQ(storedBackend(), "cuda:1");
  choice.choose("reference");
  settle(*m_session);
  EXPECT_EQ(m_session->backend()->id(), "reference");
  choice.choose("auto");
  settle(*m_session);
  EXPECT_EQ(m_session->backend(), m_processor);
  EXPECT_TRUE(m_reports.isEmpty());
}

TEST_F(BackendChoiceTest, GoesBackToTheProcessorWhereTheDeviceIsNotThere) {
  BackendChoice& choice = m_session->backendChoice();
  choice.begin("cuda:7");
  EXPECT_EQ(titles().back(), "CUDA device 7") << "while it is looked for";
  settle(*m_session);
  EXPECT_EQ(m_reports, QStringList("CUDA device 7 was chosen, but cannot be used (a device below 2 expected, 7 found): "
                                   "until it can, the processor computes."));
  EXPECT_EQ(choice.chosen(), "cuda:7") << "the choice is kept";
  EXPECT_EQ(titles().back(), "CUDA device 7, not there");
  EXPECT_EQ(inUse(), m_processor->description());
  choice.choose("cuda:0");
  settle(*m_session);
  EXPECT_EQ(titles().size(), 5) << "what is not there goes once it is not chosen";
  choice.choose("cuda:7");
  settle(*m_session);
  EXPECT_EQ(inUse(), m_processor->description()) << "not the device that nobody chose";
}

TEST_F(BackendChoiceTest, SaysWhyThereIsNoDevice) {
  m_devices.clear();
  m_session->backendChoice().begin("cuda");
  settle(*m_session);
  EXPECT_EQ(m_session->backendChoice().chosen(), "cuda:0");
  EXPECT_EQ(m_session->backendChoice().deviceNote(), "no CUDA device");
  EXPECT_EQ(m_session->backendChoice().devices().whyNone, "no CUDA device answers: no driver");
  EXPECT_EQ(m_reports.size(), 1);
}

TEST_F(BackendChoiceTest, LeavesRunningWorkItsBackendAndTellsOfALostDeviceOnce) {
  openSample(*m_session);
  BackendChoice& choice = m_session->backendChoice();
  choice.begin("cuda:0");
  settle(*m_session);
  const auto device = m_session->backend();
  const auto source = *m_session->selection().checkpoint->source(*m_session->selection().tensor);
  choice.choose("reference");
  settle(*m_session);
  EXPECT_THAT(profileTensor(source, *device, {})->backend, StartsWith("cuda H200"))
      << "what began with the device goes on with it";

  choice.choose("cuda:0");
  settle(*m_session);
  QSignalSpy renamed(m_session.get(), &Session::backendRenamed);
  m_devices[0]->lose();
  const auto lost = profileTensor(source, *m_session->backend(), {});
  const auto known = profileTensor(source, *m_processor, {});
  ASSERT_TRUE(lost && known);
  EXPECT_EQ(lost->backend, m_processor->description());
  EXPECT_EQ(lost->statistics.mean, known->statistics.mean);
  EXPECT_TRUE(profileTensor(source, *m_session->backend(), {}));
  QTest::qWait(10);
  EXPECT_EQ(m_reports,
            QStringList("CUDA device 0, H200 failed (unspecified launch failure): the processor goes on, and "
                        "nothing is lost."));
  EXPECT_EQ(renamed.count(), 1);
  choice.choose("cuda:0");
  settle(*m_session);
  EXPECT_THAT(inUse(), StartsWith("cuda H200")) << "it is tried anew";
}

TEST_F(BackendChoiceTest, IsOfferedInTheWindowAndNamedByResults) {
  m_session->backendChoice().begin({});
  MainWindow window(*m_session);
  window.resize(1440, 900);
  window.show();
  TimedApplication::takeLongest();
  settle(*m_session);
  const auto longest = TimedApplication::takeLongest();
  EXPECT_LT(longest.ms, 50) << "looking for devices: " << longest.what;

  auto& used = *window.findChild<LinkButton*>("backendInUse");
  EXPECT_EQ(used.text(), qt(m_processor->description()));
  used.click();
  QMenu* menu = nullptr;
  for (auto* one : window.findChild<StatusStrip*>()->findChildren<QMenu*>()) menu = one;
  ASSERT_TRUE(menu && menu->isVisible());
  QAction* device = nullptr;
  for (QAction* action : menu->actions()) {
    if (action->objectName() == "auto") {
      EXPECT_TRUE(action->isChecked());
    }
    if (action->objectName() == "cuda:1") device = action;
  }
  ASSERT_TRUE(device);
  device->trigger();
  menu->hide();
  settle(*m_session);
  EXPECT_TRUE(used.text().startsWith("cuda H200 again")) << used.text().toStdString();

  ASSERT_TRUE(window.showPage("settings"));
  auto& box = *window.currentPage()->findChild<QComboBox*>("backend");
  EXPECT_EQ(box.currentText(), "CUDA device 1, H200");

  ASSERT_TRUE(window.showPage("matrix"));
  settle(*m_session);
  const auto notes = [&] {
    std::string all;
    for (const auto* plot : window.currentPage()->findChildren<PlotView*>())
      if (plot->figure().title == "Error against K")
        for (const std::string& note : plot->figure().notes) all += note + "\n";
    return all;
  };
  EXPECT_THAT(notes(), HasSubstr("computed by cuda H200 again, and cpu"));
  ASSERT_TRUE(window.showPage("settings"));
  box.setCurrentIndex(0);
  Q_EMIT box.activated(0);
  settle(*m_session);
  ASSERT_TRUE(window.showPage("matrix"));
  settle(*m_session);
  EXPECT_THAT(notes(), HasSubstr("computed by cpu")) << "results are made again";
  QSettings().remove("matrix");
}

}  // namespace
}  // namespace ulpscope
