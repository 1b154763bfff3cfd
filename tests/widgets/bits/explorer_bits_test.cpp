// SPDX-License-Identifier: Apache-2.0
// The parts of the format explorer, each by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>

#include "core/formats/exact_decimal.h"
#include "core/formats/value_order.h"
#include "widgets/bits/bit_cells.h"
#include "widgets/bits/code_slider.h"
#include "widgets/bits/field_notes.h"
#include "widgets/bits/representation_model.h"
#include "widgets/models/table_view.h"

namespace ulpscope {
namespace {

const NumberFormat& format(std::string_view id) { return *findFormat(id); }

BitLayout layOut(std::string_view id, double width, double noteWidth = 0) {
  const auto fields = format(id).fields(0);
  return layOutBits(fields, std::vector<double>(fields.size(), noteWidth), width);
}

int rowsOf(const BitLayout& layout) {
  std::vector<double> tops;
  for (const QRectF& cell : layout.cells) tops.push_back(cell.top());
  std::ranges::sort(tops);
  return int(std::ranges::unique(tops).begin() - tops.begin());
}

TEST(BitLayout, CellsShrinkFrom46To18PxWithTheWidth) {
  EXPECT_EQ(layOut("float16", 1200).cells[0].width(), 46);
  const double middle = layOut("float16", 600).cells[0].width();
  EXPECT_LT(middle, 46);
  EXPECT_GT(middle, 18);
  EXPECT_EQ(layOut("float16", 100).cells[0].width(), 18);
}

TEST(BitLayout, WideFormatsBreakAtTheFraction) {
  EXPECT_EQ(rowsOf(layOut("float16", 400)), 1);
  const BitLayout single = layOut("float32", 1000);
  EXPECT_EQ(rowsOf(single), 2);
  EXPECT_LT(single.cells[23].top(), single.cells[22].top());
  EXPECT_EQ(single.cells[31].left(), single.cells[22].left());
  EXPECT_EQ(rowsOf(layOut("float64", 900)), 3);
}

TEST(BitLayout, NoCellAndNoNoteLeavesTheWidthOrMeetsAnother) {
  for (const NumberFormat* each : formatRegistry()) {
    for (const double width : {520.0, 640.0, 900.0, 1300.0}) {
      SCOPED_TRACE(testing::Message() << each->info().id << " at " << width);
      const auto fields = each->fields(0);
      const double noteWidth = 190;
      const BitLayout layout = layOut(each->info().id, width, noteWidth);
      std::vector<QRectF> boxes(layout.cells);
      for (const QPointF& note : layout.notes) boxes.emplace_back(note.x(), note.y() - 8, noteWidth, 16);
      for (std::size_t i = 0; i < boxes.size(); ++i) {
        EXPECT_GE(boxes[i].left(), 0);
        EXPECT_LE(boxes[i].right(), width);
        EXPECT_LE(boxes[i].bottom(), layout.height);
        for (std::size_t other = 0; other < i; ++other)
          EXPECT_FALSE(boxes[i].intersects(boxes[other])) << i << " " << other;
      }
    }
  }
}

class BitCellsTest : public testing::Test {
 protected:
  BitCellsTest() {
    m_cells.setCode(format("float16"), 0);
    m_cells.resize(900, 120);
    m_cells.show();
  }
  QPoint centre(int bit) const { return m_cells.cellRect(bit).center(); }

  BitCells m_cells;
};

TEST_F(BitCellsTest, AClickTogglesOneBit) {
  QTest::mouseClick(&m_cells, Qt::LeftButton, {}, centre(10));
  EXPECT_EQ(m_cells.code(), 0x0400u);
  QTest::mouseClick(&m_cells, Qt::LeftButton, {}, centre(10));
  EXPECT_EQ(m_cells.code(), 0u);
}

TEST_F(BitCellsTest, ADragGivesAllBitsItCrossesTheFirstBitsNewValue) {
  m_cells.setCode(format("float16"), 0b0000'0100'0000'0000);
  QSignalSpy finished(&m_cells, &BitCells::editingFinished);
  QTest::mousePress(&m_cells, Qt::LeftButton, {}, centre(12));
  QTest::mouseMove(&m_cells, centre(8));  // skips cells, as a fast pointer does
  EXPECT_EQ(m_cells.code(), 0b0001'1111'0000'0000u);
  EXPECT_EQ(finished.count(), 0);
  QTest::mouseRelease(&m_cells, Qt::LeftButton, {}, centre(8));
  EXPECT_EQ(finished.count(), 1);

  QTest::mousePress(&m_cells, Qt::LeftButton, {}, centre(9));
  QTest::mouseMove(&m_cells, centre(11));
  QTest::mouseRelease(&m_cells, Qt::LeftButton, {}, centre(11));
  EXPECT_EQ(m_cells.code(), 0b0001'0001'0000'0000u);
}

TEST_F(BitCellsTest, KeysMoveToggleAndWriteBits) {
  QTest::keyClick(&m_cells, Qt::Key_Space);  // the sign has the cursor first
  EXPECT_EQ(m_cells.code(), 0x8000u);
  QTest::keyClick(&m_cells, Qt::Key_Right);
  QTest::keyClick(&m_cells, Qt::Key_1);
  QTest::keyClick(&m_cells, Qt::Key_0);
  QTest::keyClick(&m_cells, Qt::Key_1);
  EXPECT_EQ(m_cells.code(), 0xD000u);
  QTest::keyClick(&m_cells, Qt::Key_End);
  QTest::keyClick(&m_cells, Qt::Key_1);
  EXPECT_EQ(m_cells.code(), 0xD001u);
}

TEST_F(BitCellsTest, TellsAScreenReaderBitsAndPlace) {
  m_cells.setCode(format("float16"), 0xCECA);
  EXPECT_EQ(m_cells.accessibleName(), "Bits of FP16");
  EXPECT_EQ(m_cells.accessibleDescription(), "1 10011 1011001010; at bit 15: sign, which is 1");
}

TEST_F(BitCellsTest, ReachesEveryBitOfSixtyFour) {
  m_cells.setCode(format("float64"), 0);
  m_cells.resize(900, m_cells.heightForWidth(900));
  for (int bit = 0; bit < 64; ++bit) QTest::mouseClick(&m_cells, Qt::LeftButton, {}, centre(bit));
  EXPECT_EQ(m_cells.code(), ~std::uint64_t{0});
}

QStringList notesOf(std::string_view id, std::uint64_t code) {
  QStringList texts;
  for (const FieldNote& note : fieldNotes(format(id), code)) texts << plainText(note);
  return texts;
}

TEST(FieldNotes, AddUpTheFields) {
  EXPECT_EQ(notesOf("float16", 0xCECA), (QStringList{QStringLiteral("sign −"), QStringLiteral("exponent 19 − 15 = 4"),
                                                     QStringLiteral("significand 1.1011001010₂ = 1.697265625")}));
  EXPECT_EQ(formulaText(format("float16"), 0xCECA), QStringLiteral("−1.697265625 × 2⁴"));
  EXPECT_EQ(notesOf("float16", 0x0001)[1], QStringLiteral("exponent 0, so 1 − 15 = −14"));
  EXPECT_EQ(notesOf("float16", 0x7C00)[2], "fraction 0: infinity");
  EXPECT_EQ(notesOf("float16", 0x7C00)[1], "exponent 31, all ones");
  EXPECT_EQ(notesOf("float8_e4m3fnuz", 0x80)[1], "exponent 0") << "NaN where negative zero would be";
  EXPECT_EQ(notesOf("float8_e8m0fnu", 0x00)[0], QStringLiteral("exponent 0 − 127 = −127"));
  EXPECT_EQ(notesOf("int8", 0xE5), QStringList{QStringLiteral("two's complement −128 + 101 = −27")});
  EXPECT_EQ(notesOf("nf4", 3), QStringList{"entry 3 of 16, counted from 0"});
}

TEST(FieldNotes, HaveOneForEveryFieldOfEveryFormat) {
  for (const NumberFormat* each : formatRegistry()) {
    const auto notes = fieldNotes(*each, 1);
    ASSERT_EQ(notes.size(), each->fields(1).size());
    for (const FieldNote& note : notes) EXPECT_FALSE(plainText(note).isEmpty()) << each->info().id;
  }
}

TEST(CodeSlider, ArrowKeysAskForStepsAndPageKeysMove) {
  CodeSlider slider;
  slider.setPlace(100, 65536);
  QSignalSpy stepped(&slider, &CodeSlider::stepped);
  QSignalSpy picked(&slider, &CodeSlider::placePicked);
  QTest::keyClick(&slider, Qt::Key_Right);
  QTest::keyClick(&slider, Qt::Key_Up);
  ASSERT_EQ(stepped.count(), 2);
  EXPECT_EQ(stepped[0][0].value<Step>(), Step::Up);
  EXPECT_EQ(stepped[1][0].value<Step>(), Step::Double);
  EXPECT_EQ(picked.count(), 0);
  QTest::keyClick(&slider, Qt::Key_End);
  ASSERT_EQ(picked.count(), 1);
  EXPECT_EQ(picked[0][0].toInt(), 65535);
}

TEST(RepresentationModel, KeepsTheRulesOfModelsAndSortsByTheSizeOfTheError) {
  RepresentationModel model;
  QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  model.setRows(representEverywhere(*parseNumber("-27.15625"), Rounding::NearestEven, Overflow::Format));
  TableView view("formats");
  view.setSource(&model);
  const auto text = [&](int row, int column) { return view.model()->index(row, column).data().toString(); };
  EXPECT_EQ(text(0, RepresentationModel::Format), "FP64");
  view.sortByColumn(RepresentationModel::Error, Qt::AscendingOrder);
  const int last = model.rowCount() - 1;
  EXPECT_EQ(text(last, RepresentationModel::Stored), "NaN") << "out of range has no error, and comes last";
}

TEST(RepresentationModel, IsCopiedWithEveryDigit) {
  RepresentationModel model;
  model.setRows(representEverywhere(*parseNumber("0.1"), Rounding::NearestEven, Overflow::Format));
  TableView view("formats");
  view.setSource(&model);
  const QStringList lines = view.textAs(TableView::CopyAs::Csv).split("\n");
  EXPECT_EQ(lines[0].trimmed(), "Format,Stored,Error,Code");
  EXPECT_TRUE(std::ranges::any_of(
      lines, [](const QString& line) { return line.trimmed() == "TF32,0.0999755859375,-0.0000244140625,0x3DCCC000"; }));
}

}  // namespace
}  // namespace ulpscope
