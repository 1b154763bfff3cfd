// SPDX-License-Identifier: Apache-2.0
// The Quantize page: what the page shows of the selected tensor.
#include <QAbstractButton>
#include <QComboBox>
#include <QHelpEvent>
#include <QSignalSpy>
#include <QToolTip>

#include "tests/widgets/find_named.h"
#include "tests/widgets/pages/quantization_fixture.h"
#include "widgets/frame/notice.h"
#include "widgets/quantization/error_lines_panel.h"
#include "widgets/quantization/error_panel.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::Pointwise;

TEST_F(QuantizationPageTest, ShowsTheAbsmaxRowOfTheWorkedExamples) {
  openWorkedExample();
  choose("int8_tensor");
  EXPECT_TRUE(part<ValueGrid>().isVisible()) << "a tensor of five numbers is shown number by number";
  EXPECT_THAT(codes(), ElementsAre(72, 106, 86, 127, 113));
  EXPECT_THAT(restored(), Pointwise(IsWithin(5e-5f), {2.0976f, 3.0882f, 2.5055f, 3.7000f, 3.2921f}));
}

TEST_F(QuantizationPageTest, ShowsTheAffineRowOfTheWorkedExamplesWithTheRangeAsGiven) {
  openWorkedExample();
  choose("int_affine", {{"range", "as_given"}});
  EXPECT_NEAR(board("Scale").toFloat(), 1.6f / 255, 1e-9);
  EXPECT_EQ(board("Zero point"), "-463");
  // round(x / (1.6 / 255)) - 463
  EXPECT_THAT(codes(), ElementsAre(-128, 31, -65, 127, 63));
}

TEST_F(QuantizationPageTest, WidensTheRangeOfTheAffineRowToHoldZero) {
  openWorkedExample();
  choose("int_affine");
  EXPECT_NEAR(board("Scale").toFloat(), 3.7f / 255, 1e-8);
  EXPECT_EQ(board("Zero point"), "-128");
  // round(x / (3.7 / 255)) - 128
  EXPECT_THAT(codes(), ElementsAre(17, 86, 44, 127, 99));
}

TEST_F(QuantizationPageTest, TellsHowTheWeightUnderThePointerBecameItsCode) {
  openWorkedExample();
  choose("int8_tensor");
  auto& table = part<ValueGrid>().table();
  const QPoint place = table.visualRect(table.model()->index(1, 1)).center();
  QHelpEvent pointed(QEvent::ToolTip, place, table.viewport()->mapToGlobal(place));
  QCoreApplication::sendEvent(table.viewport(), &pointed);
  settle(*m_session);
  for (const char* line :
       {"Weight: 3.1", "Block maximum: 3.7", "Nearest codes: 106", "Code: 106", "Restored: 3.088189"})
    EXPECT_TRUE(QToolTip::text().contains(QLatin1String(line))) << line << " in\n" << QToolTip::text().toStdString();
}

TEST_F(QuantizationPageTest, FollowsTheTensor) {
  openSample(*m_session);
  const auto& tensors = m_session->selection().checkpoint->tensors;
  const std::size_t other = *m_session->selection().tensor == 0 ? 1 : 0;
  m_session->selectTensor(other);
  settle(*m_session);
  EXPECT_EQ(figure("Error against size").title, "Error against size, " + tensors[other].name);
  const std::uint64_t columns = matrixShape(tensors[other].shape).columns;
  EXPECT_EQ(figure("Error by column").series.at(0).y.size(), columns);
}

TEST_F(QuantizationPageTest, LeavesThePictureAloneWhenAnElementIsSelected) {
  openSample(*m_session);
  PlotView* picture = nullptr;
  for (auto* plot : m_page.findChildren<PlotView*>())
    if (plot->figure().title.starts_with("Error against size")) picture = plot;
  ASSERT_TRUE(picture);
  const double* const data = picture->figure().series.front().x.data();
  m_session->selectElement(7);
  settle(*m_session);
  EXPECT_EQ(picture->figure().series.front().x.data(), data) << "it was shown anew, which resets its zoom";
}

TEST_F(QuantizationPageTest, ExplainsTheSelectedElementAndElseTheLargestError) {
  openSample(*m_session);
  choose("int8_tensor");
  const QString largest = summary("Largest |error|").section(' ', 0, 0);
  EXPECT_NEAR(std::abs(board("Error").toDouble()), largest.toDouble(), 1e-3 * largest.toDouble());
  m_session->selectElement(7);
  settle(*m_session);
  EXPECT_EQ(board("Weight").toFloat(), QString::fromStdString(m_session->selection().value).toFloat());
}

TEST_F(QuantizationPageTest, SelectsTheLargestErrorOfAClickedColumn) {
  openSample(*m_session);
  choose("int8_tensor");
  const MatrixShape matrix = matrixShape(m_session->selection().tensorInfo()->shape);
  Q_EMIT part<ErrorPanel>().partClicked({.firstRow = 0, .firstColumn = 3, .rows = matrix.rows, .columns = 1});
  settle(*m_session);
  ASSERT_TRUE(m_session->selection().element);
  EXPECT_EQ(*m_session->selection().element % matrix.columns, 3u);
}

TEST_F(QuantizationPageTest, ShowsTheErrorOfColumnsRowsAndBlocks) {
  // Two blocks of 32 a row; the error of 5 in the second row's first block, of 3 in its second one.
  std::vector<float> values(4 * 64);
  for (std::size_t i = 0; i < values.size(); i += 32) values[i] = 127;
  values[64 + 5] = 0.5f;
  values[64 + 40] = 0.25f;
  writeTensor(path("blocks.safetensors"), {4, 64}, values);
  m_session->openPath(path("blocks.safetensors"));
  settle(*m_session);
  choose("q8_0");
  auto& panel = part<ErrorLinesPanel>();
  auto& line = *findNamed<QComboBox>(panel, "Error of each");
  auto& order = *findNamed<QComboBox>(panel, "Order");
  const auto show = [&](const char* id) { line.setCurrentIndex(line.findData(QLatin1String(id))); };
  const auto bars = [&] { return panel.plot().figure().series.front(); };
  EXPECT_EQ(panel.plot().figure().title, "Error by column of q8_0");
  EXPECT_EQ(bars().y.size(), 64u);
  show("row");
  EXPECT_EQ(bars().y.size(), 4u);
  EXPECT_NEAR(bars().y[1], std::sqrt((0.25 + 0.0625) / 64), 1e-9);
  EXPECT_THAT(panel.plot().figure().notes, testing::Contains("worst: row 1 (0.0699)"));
  Q_EMIT panel.plot().itemClicked(0, 1);
  settle(*m_session);
  EXPECT_EQ(m_session->selection().element, 64u + 5);
  show("block");
  EXPECT_EQ(bars().y.size(), 8u);
  EXPECT_NEAR(bars().y[3], 0.25 / std::sqrt(32), 1e-9);
  order.setCurrentIndex(1);
  EXPECT_EQ(bars().names.at(0), "block 2 at [1, 0]");
  EXPECT_EQ(bars().names.at(1), "block 3 at [1, 32]");
  Q_EMIT panel.plot().itemClicked(0, 1);
  settle(*m_session);
  EXPECT_EQ(m_session->selection().element, 64u + 40) << "the weight with the largest error of the block";
}

TEST_F(QuantizationPageTest, AsksForTheBitsOfTheWeightThatIsShown) {
  openSample(*m_session);
  QSignalSpy asked(m_session.get(), &Session::pageRequested);
  for (auto* button : m_page.findChildren<QAbstractButton*>())
    if (button->text() == "show bits") button->click();
  settle(*m_session);
  ASSERT_EQ(asked.count(), 1);
  EXPECT_EQ(asked.at(0).at(0).toString(), "explorer");
  EXPECT_TRUE(m_session->selection().element);
}

TEST_F(QuantizationPageTest, SaysWhatItIsForWhereNothingIsOpen) {
  EXPECT_TRUE(part<Notice>().isVisible());
  openSample(*m_session);
  EXPECT_FALSE(part<Notice>().isVisible());
  m_session->close(m_session->selection().checkpoint);
  settle(*m_session);
  EXPECT_TRUE(part<Notice>().isVisible());
}

TEST_F(QuantizationPageTest, ComputesNothingWhileNobodyLooks) {
  m_page.hide();
  openSample(*m_session);
  EXPECT_TRUE(figure("Error against size").series.empty());
  m_page.show();
  m_page.activated();
  settle(*m_session);
  EXPECT_FALSE(figure("Error against size").series.empty());
}

TEST_F(QuantizationPageTest, LetsGoOfAClosedCheckpointThoughNobodyLooks) {
  openSample(*m_session);
  const std::weak_ptr<const Checkpoint> sample = m_session->selection().checkpoint;
  m_page.hide();
  m_session->close(sample.lock());
  settle(*m_session);
  EXPECT_TRUE(sample.expired());
}

}  // namespace
}  // namespace ulpscope
