// SPDX-License-Identifier: Apache-2.0
// The Quantize page: files of codes and restored values.
#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <cstring>

#include "core/report/npy.h"
#include "tests/widgets/pages/quantization_fixture.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::Pointwise;

TEST_F(QuantizationPageTest, WritesCodesAndRestoredValuesAsNumpyArraysOfTheTensorsShape) {
  openWorkedExample();
  choose("int8_tensor");
  m_page.exportCodes(path("codes.npy"));
  settle(*m_session);
  m_page.exportRestored(path("restored.npy"));
  settle(*m_session);

  const auto codesFile = readNpy(path("codes.npy").toStdString());
  ASSERT_TRUE(codesFile);
  EXPECT_EQ(codesFile->descr, "|i1");
  EXPECT_THAT(codesFile->shape, ElementsAre(5));
  EXPECT_THAT(codesFile->data,
              ElementsAre(std::byte{72}, std::byte{106}, std::byte{86}, std::byte{127}, std::byte{113}));

  const auto restoredFile = readNpy(path("restored.npy").toStdString());
  ASSERT_TRUE(restoredFile);
  EXPECT_EQ(restoredFile->descr, "<f4");
  ASSERT_EQ(restoredFile->data.size(), 5 * sizeof(float));
  std::vector<float> values(5);
  std::memcpy(values.data(), restoredFile->data.data(), restoredFile->data.size());
  EXPECT_THAT(values, Pointwise(IsWithin(5e-5f), restored()));
}

TEST_F(QuantizationPageTest, ReportsAFileThatCannotBeWritten) {
  openWorkedExample();
  QSignalSpy reported(m_session.get(), &Session::reported);
  m_page.exportCodes(path("no such folder/codes.npy"));
  settle(*m_session);
  EXPECT_EQ(reported.count(), 1);
}

TEST_F(QuantizationPageTest, WritesOverNoFileOfAnOpenCheckpoint) {
  openWorkedExample();
  const auto bytes = [&] {
    QFile file(path("worked.safetensors"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  };
  const QByteArray before = bytes();
  ASSERT_TRUE(QFile::link(path("worked.safetensors"), path("link.npy")));
  QSignalSpy reported(m_session.get(), &Session::reported);
  m_page.exportCodes(path("worked.safetensors"));
  m_page.exportRestored(path("link.npy"));
  settle(*m_session);
  EXPECT_EQ(reported.count(), 2);
  EXPECT_EQ(bytes(), before);
  EXPECT_TRUE(QFileInfo(path("link.npy")).isSymLink());
}

}  // namespace
}  // namespace ulpscope
