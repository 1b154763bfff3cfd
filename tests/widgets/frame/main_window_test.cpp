// SPDX-License-Identifier: Apache-2.0
#include <QAbstractButton>
#include <QAction>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QTest>
#include <QToolTip>
#include <QUrl>
#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/widgets/window_fixture.h"
#include "widgets/bits/format_picker.h"
#include "widgets/frame/command_palette.h"
#include "widgets/frame/crumb.h"
#include "widgets/frame/error_strip.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/status_strip.h"
#include "widgets/pages/page.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

QStringList crumbTexts(const MainWindow& window) {
  QStringList texts;
  for (const auto* crumb : window.findChildren<Crumb*>())
    if (!crumb->isHidden()) texts << crumb->text();
  return texts;
}

void trigger(const MainWindow& window, const QString& shortcut) {
  for (auto* action : window.actions())
    if (action->shortcuts().contains(QKeySequence(shortcut))) return action->trigger();
  FAIL() << "no action has " << shortcut.toStdString();
}

TEST_F(WindowTest, OpensAFolderDroppedOnIt) {
  QMimeData mime;
  mime.setUrls({QUrl::fromLocalFile(sampleFolder())});
  QDragEnterEvent enter({500, 400}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&m_window, &enter);
  EXPECT_TRUE(enter.isAccepted());
  QDropEvent drop({500, 400}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&m_window, &drop);
  settle(*m_session);
  EXPECT_TRUE(m_session->selection().checkpoint);
}

TEST_F(WindowTest, ShowsTheSelectionAsCrumbs) {
  openSample(*m_session);
  const TensorInfo& tensor = *m_session->selection().tensorInfo();
  m_session->selectElement(3);
  settle(*m_session);
  EXPECT_EQ(crumbTexts(m_window), (QStringList{QStringLiteral("tiny-lm"), shown(tensor.name),
                                               positionText(tensor.shape, 3), typeText(tensor)}));
}

TEST_F(WindowTest, HelpsWithWhatHasTheFocus) {
  m_window.show();
  m_window.showPage(QStringLiteral("explorer"));
  auto* picker = m_window.findChild<FormatPicker*>();
  m_session->selectFormat("float8_e4m3fnuz");
  m_window.activateWindow();
  picker->setFocus();
  trigger(m_window, QStringLiteral("F1"));
  EXPECT_TRUE(QToolTip::text().contains("uz: one zero, unsigned")) << QToolTip::text().toStdString();
  EXPECT_EQ(m_window.currentPage()->objectName(), QStringLiteral("explorer"));
  m_window.showPage(QStringLiteral("home"));
  m_window.setFocus();
  trigger(m_window, QStringLiteral("F1"));
  EXPECT_EQ(m_window.currentPage()->objectName(), QStringLiteral("about"));
}

TEST_F(WindowTest, ShowsTheNumberOfALinkTypedIntoThePalette) {
  m_window.show();
  trigger(m_window, QStringLiteral("Ctrl+K"));
  auto* palette = m_window.findChild<CommandPalette*>();
  auto* field = palette->findChild<QLineEdit*>();
  field->setText(QStringLiteral("ulpscope:custom:s1e5m3,bias=14/0x1A"));
  QTest::keyClick(field, Qt::Key_Return);
  EXPECT_EQ(m_session->selection().format, "custom:s1e5m3,bias=14");
  EXPECT_EQ(m_session->selection().code, 0x1Au);
  EXPECT_EQ(m_window.currentPage()->objectName(), QStringLiteral("explorer"));
  EXPECT_EQ(crumbTexts(m_window).last(), QStringLiteral("custom 1-5-3"));
  m_session->openLink("ulpscope:float16/0x1CECA");
  EXPECT_EQ(m_session->selection().format, "custom:s1e5m3,bias=14") << "reported, and nothing else";
}

TEST_F(WindowTest, WalksThroughEarlierSelectionsByKeys) {
  openSample(*m_session);
  const Selection first = m_session->selection();
  m_session->selectTensor(0);
  const Selection second = m_session->selection();
  ASSERT_NE(first, second);
  trigger(m_window, QStringLiteral("Alt+Left"));
  EXPECT_EQ(m_session->selection(), first);
  trigger(m_window, QStringLiteral("Alt+Right"));
  EXPECT_EQ(m_session->selection(), second);
}

TEST_F(WindowTest, HasAKeyForEveryPageInTheRail) {
  int number = 0;
  for (const PageEntry* page : pageRegistry()) {
    ++number;
    if (page->place != RailPlace::Top) continue;
    trigger(m_window, QStringLiteral("Ctrl+%1").arg(number));
    EXPECT_EQ(m_window.currentPage()->objectName(), QLatin1String(page->id));
  }
}

TEST_F(WindowTest, ShowsAnErrorAsOneSentenceThatCanBeDismissed) {
  m_window.show();
  m_session->report(Error{Errc::Corrupt, "a header of 8 bytes expected, <b>3</b> found", "/a/b.safetensors", 8});
  auto* strip = m_window.findChild<ErrorStrip*>();
  ASSERT_TRUE(strip && strip->isVisible());
  bool plain = true;
  for (const auto* label : strip->findChildren<QLabel*>()) plain = plain && label->textFormat() == Qt::PlainText;
  EXPECT_TRUE(plain) << "text from a file must not be taken for markup";
  trigger(m_window, QStringLiteral("Esc"));
  EXPECT_FALSE(strip->isVisible());
}

TEST_F(WindowTest, SaysInTheStatusBarWhatWentWell) {
  m_window.show();
  Task task(*m_session);
  task.start(
      QStringLiteral("writing"),
      [](const JobContext&) -> Result<> {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));  // long enough to be shown
        return {};
      },
      [&](const Result<>&) { m_session->note(QStringLiteral("saved <b>here</b>")); });
  settle(*m_session);
  QTest::qWait(250);  // "done in 0.3 s" does not take its place
  const auto labels = m_window.findChildren<ElidedLabel*>();
  EXPECT_TRUE(std::ranges::any_of(
      labels, [](const ElidedLabel* label) { return label->isVisible() && label->text() == "saved <b>here</b>"; }));
}

TEST_F(WindowTest, LeavesQuietTasksOutOfTheStatusBarAndWhatEscStops) {
  Task loud(*m_session);
  Task quiet(*m_session);
  quiet.setQuiet();
  const auto wait = [](const JobContext& job) -> Result<> {
    while (!job.stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return job.step(0);
  };
  bool isLoudOver = false;
  loud.start(QStringLiteral("measuring"), wait, [&](const Result<>&) { isLoudOver = true; });
  quiet.start(QStringLiteral("choosing"), wait, [](const Result<>&) {});
  auto& strip = *m_window.findChild<StatusStrip*>();
  EXPECT_TRUE(strip.cancelShown());
  EXPECT_TRUE(QTest::qWaitFor([&] { return isLoudOver; }, 2000));
  EXPECT_TRUE(quiet.running());
  quiet.cancel();
  settle(*m_session);
}

TEST_F(WindowTest, SaysNothingOfWorkTheUserCancelled) {
  m_window.show();
  m_session->report(Error{Errc::Cancelled, "stopped before it was finished", {}, {}});
  EXPECT_FALSE(m_window.findChild<ErrorStrip*>()->isVisible());
}

TEST_F(WindowTest, FindsATensorAndAnElementInThePalette) {
  m_window.show();
  openSample(*m_session);
  auto* palette = m_window.findChild<CommandPalette*>();
  auto* field = palette->findChild<QLineEdit*>();
  trigger(m_window, QStringLiteral("Ctrl+K"));
  field->setText(QStringLiteral("1, 2"));
  QTest::keyClick(field, Qt::Key_Return);
  settle(*m_session);
  const TensorInfo& tensor = *m_session->selection().tensorInfo();
  EXPECT_EQ(m_session->selection().element, tensor.shape[1] + 2);

  const auto& last = m_session->selection().checkpoint->tensors.back();
  trigger(m_window, QStringLiteral("Ctrl+K"));
  field->setText(QString::fromStdString(last.name));
  QTest::keyClick(field, Qt::Key_Return);
  EXPECT_EQ(m_session->selection().tensorInfo()->name, last.name);
  EXPECT_FALSE(palette->isVisible());
}

TEST_F(WindowTest, ClosesTheCheckpoint) {
  openSample(*m_session);
  trigger(m_window, QStringLiteral("Ctrl+W"));
  EXPECT_TRUE(m_session->checkpoints().empty());
}

TEST(ElidedLabel, KeepsBothEndsOfALongName) {
  ElidedLabel label(QStringLiteral("encoder.layer.3.attention.query.weight"));
  label.resize(120, 20);
  label.grab();
  EXPECT_TRUE(label.toolTip().contains(label.text()));
  label.resize(600, 20);
  label.grab();
  EXPECT_TRUE(label.toolTip().isEmpty());
}

TEST(ProgressText, GivesRateAndTimeLeft) {
  EXPECT_EQ(progressText(3'000'000'000, 9'000'000'000, 1000, true), QStringLiteral("3.0 GB/s \u00B7 2 s left"));
  EXPECT_EQ(progressText(3, 12, 1000, false), QStringLiteral("3 of 12 \u00B7 3 s left"));
  EXPECT_TRUE(progressText(0, 12, 1000, true).isEmpty());
}

}  // namespace
}  // namespace ulpscope
