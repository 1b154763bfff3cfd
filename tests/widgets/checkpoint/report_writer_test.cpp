// SPDX-License-Identifier: Apache-2.0
#include "widgets/checkpoint/report_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>

#include "tests/widgets/window_fixture.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;

std::string read(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

class ReportWriterTest : public testing::Test {
 protected:
  QTemporaryDir m_folder;
  std::unique_ptr<Session> m_session = makeSession();
  ReportWriter m_writer{*m_session};
};

TEST_F(ReportWriterTest, WritesThePageOfTheSelectedCheckpoint) {
  openSample(*m_session);
  QSignalSpy written(&m_writer, &ReportWriter::written);
  for (const bool withSchemes : {false, true}) {
    const QString path = m_folder.filePath(withSchemes ? "with.html" : "without.html");
    m_writer.write(path, withSchemes);
    settle(*m_session);
    const std::string page = read(path);
    EXPECT_THAT(page, HasSubstr("model.layers.0.self_attn.q_proj.weight"));
    EXPECT_EQ(page.find(ReportWriter::usualSchemes().front()->info().title) != std::string::npos, withSchemes);
  }
  EXPECT_EQ(written.count(), 2);
}

TEST_F(ReportWriterTest, LeavesAFileAloneThatIsOpen) {
  openSample(*m_session);
  const QString open = QString::fromStdString(m_session->selection().checkpoint->files.front()->name());
  const std::string before = read(open);
  m_writer.write(open, false);
  settle(*m_session);
  EXPECT_EQ(read(open), before);
}

TEST_F(ReportWriterTest, DoesNothingWhereNothingIsOpen) {
  m_writer.write(m_folder.filePath("none.html"), false);
  settle(*m_session);
  EXPECT_FALSE(QFile::exists(m_folder.filePath("none.html")));
}

}  // namespace
}  // namespace ulpscope
