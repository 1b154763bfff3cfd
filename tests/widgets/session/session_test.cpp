// SPDX-License-Identifier: Apache-2.0
#include "widgets/session/session.h"

#include <gtest/gtest.h>

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>

#include "core/formats/value_text.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

TEST(Session, OpensTheSampleAndSelectsAMatrix) {
  const auto session = makeSession();
  openSample(*session);
  const TensorInfo* tensor = session->selection().tensorInfo();
  ASSERT_TRUE(tensor);
  EXPECT_GE(tensor->shape.size(), 2u);
  ASSERT_FALSE(session->recentFiles().list().isEmpty());
  EXPECT_EQ(session->recentFiles().list().first().path, sampleFolder());
}

TEST(Session, ReadsTheCodeAndValueOfAnElement) {
  const auto session = makeSession();
  openSample(*session);
  session->selectElement(7);
  settle(*session);
  const Selection& now = session->selection();
  const auto source = now.checkpoint->source(*now.tensor);
  ASSERT_TRUE(source);
  EXPECT_EQ(now.code, *source->codeAt(7));
  EXPECT_EQ(now.value, exactText(*source->type().format, *source->codeAt(7)));
  EXPECT_EQ(now.format, source->type().format->info().id);
}

TEST(Session, OpensEveryPathItIsGivenAtOnce) {
  const auto session = makeSession();
  QSignalSpy opened(session.get(), &Session::checkpointOpened);
  session->openPath(sampleFolder());
  session->openPath(sampleFolder() + QStringLiteral("/tiny-lm.safetensors"));
  settle(*session);
  EXPECT_EQ(opened.count(), 2);
  EXPECT_EQ(session->checkpoints().size(), 2u);
}

TEST(Session, ReportsAFileThatIsNotThereAndKeepsItsSelection) {
  const auto session = makeSession();
  openSample(*session);
  const Selection before = session->selection();
  QString sentence;
  QObject::connect(session.get(), &Session::reported, [&](const Report& report) { sentence = report.sentence; });
  session->openPath(QStringLiteral("/nowhere/missing.safetensors"));
  settle(*session);
  EXPECT_TRUE(sentence.contains(QStringLiteral("missing.safetensors"))) << sentence.toStdString();
  EXPECT_EQ(session->selection(), before);
}

TEST(Session, OffersToOpenADamagedFileAnyway) {
  // One F32 of four bytes, and four bytes that belong to nothing.
  QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("trailing.safetensors"));
  const QByteArray header = R"({"w":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}})";
  QByteArray bytes;
  for (int i = 0; i < 8; ++i) bytes.append(char((std::uint64_t(header.size()) >> (8 * i)) & 0xFF));
  bytes += header + QByteArray(8, '\0');
  QFile file(path);
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.write(bytes);
  file.close();

  const auto session = makeSession();
  std::vector<Report> reports;
  QObject::connect(session.get(), &Session::reported, [&](const Report& report) { reports.push_back(report); });
  session->openPath(path);
  settle(*session);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_FALSE(session->selection().checkpoint);
  ASSERT_TRUE(reports[0].perform) << reports[0].sentence.toStdString();
  reports[0].perform();
  settle(*session);
  EXPECT_TRUE(session->selection().checkpoint);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_TRUE(reports[1].warning);
}

TEST(Session, AsksBeforeItFollowsALinkOutOfTheFolderAndRemembersTheAnswer) {
  QTemporaryDir folder, elsewhere;
  ASSERT_TRUE(
      QFile::copy(sampleFolder() + QStringLiteral("/tiny-lm.safetensors"), elsewhere.filePath(QStringLiteral("blob"))));
  const QString link = folder.filePath(QStringLiteral("model.safetensors"));
  ASSERT_TRUE(QFile::link(elsewhere.filePath(QStringLiteral("blob")), link));
  const auto session = makeSession();
  std::vector<Report> reports;
  QObject::connect(session.get(), &Session::reported, [&](const Report& report) { reports.push_back(report); });
  session->openPath(folder.path());
  settle(*session);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_FALSE(session->selection().checkpoint);
  EXPECT_TRUE(reports[0].sentence.contains(elsewhere.path())) << reports[0].sentence.toStdString();
  EXPECT_EQ(reports[0].action, QStringLiteral("Follow"));
  reports[0].perform();
  settle(*session);
  ASSERT_TRUE(session->selection().checkpoint);
  session->reload(session->selection().checkpoint);
  settle(*session);
  EXPECT_EQ(reports.size(), 1u) << "asked once for each folder";
}

TEST(Session, KeepsTheTensorAcrossAReload) {
  const auto session = makeSession();
  openSample(*session);
  session->selectTensor(session->selection().checkpoint->tensors.size() - 1);
  const auto old = session->selection().checkpoint;
  const std::string name = session->selection().tensorInfo()->name;
  session->reload(old);
  settle(*session);
  EXPECT_NE(session->selection().checkpoint, old);
  EXPECT_EQ(session->selection().tensorInfo()->name, name);
  EXPECT_EQ(session->checkpoints().size(), 1u);
}

TEST(Session, IsEmptyAfterItsLastCheckpointIsClosed) {
  const auto session = makeSession();
  openSample(*session);
  session->close(session->selection().checkpoint);
  EXPECT_TRUE(session->checkpoints().empty());
  EXPECT_FALSE(session->selection().checkpoint);
}

TEST(Task, DeliversNothingAfterItsDeath) {
  const auto session = makeSession();
  bool delivered = false;
  {
    Task task(*session);
    task.start(
        QStringLiteral("work"), [](const JobContext&) -> Result<int> { return 1; },
        [&](Result<int>) { delivered = true; });
  }
  settle(*session);
  EXPECT_FALSE(delivered);
}

TEST(Text, NamesAPositionInAnyRank) {
  EXPECT_EQ(positionText(std::vector<std::uint64_t>{384, 1536}, 17 * 1536 + 305), QStringLiteral("[17, 305]"));
  EXPECT_EQ(positionText(std::vector<std::uint64_t>{2, 3, 4}, 23), QStringLiteral("[1, 2, 3]"));
  EXPECT_EQ(positionText(std::vector<std::uint64_t>{}, 0), QStringLiteral("[]"));
}

TEST(Text, TakesMarkupOutOfToolTips) {
  EXPECT_FALSE(plainToolTip(QStringLiteral("<img src=file:///etc/passwd>")).contains(QStringLiteral("<img")));
}

}  // namespace
}  // namespace ulpscope
