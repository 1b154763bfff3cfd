// SPDX-License-Identifier: Apache-2.0
#include "widgets/models/table_model.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include "widgets/models/table_view.h"

namespace ulpscope {
namespace {

std::vector<std::vector<TableCell>> threeRows() {
  return {{{.text = QStringLiteral("Q8_0")}, {.text = QStringLiteral("8.5"), .key = 8.5}},
          {{.text = QStringLiteral("Q4_0")}, {.text = QStringLiteral("4.5"), .key = 4.5}},
          {{.text = QStringLiteral("INT8, row")},
           {.text = QStringLiteral("8.08"), .exact = QStringLiteral("8.0833"), .key = 8.0833}}};
}

std::vector<TableColumn> twoColumns() {
  return {{.title = QStringLiteral("Scheme")}, {.title = QStringLiteral("bpw"), .numeric = true}};
}

TEST(TableModel, ObeysTheRulesOfModels) {
  TableModel model(twoColumns());
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Warning);
  model.setRows(threeRows());
  model.setRows({});
  model.setRows(threeRows());
  EXPECT_EQ(model.rowCount(), 3);
}

TEST(TableModel, ShowsTheExactValueInItsToolTip) {
  TableModel model(twoColumns());
  model.setRows(threeRows());
  EXPECT_TRUE(model.index(2, 1).data(Qt::ToolTipRole).toString().contains(QStringLiteral("8.0833")));
}

TEST(TableView, SortsByValueAndCopiesInThatOrderWithExactValues) {
  TableModel model(twoColumns());
  model.setRows(threeRows());
  TableView view(QStringLiteral("Schemes"));
  view.setSource(&model);
  view.sortByColumn(1, Qt::AscendingOrder);
  EXPECT_EQ(view.textAs(TableView::CopyAs::Tsv),
            QStringLiteral("Scheme\tbpw\nQ4_0\t4.5\nINT8, row\t8.0833\nQ8_0\t8.5\n"));
  EXPECT_EQ(view.textAs(TableView::CopyAs::Csv),
            QStringLiteral("Scheme,bpw\r\nQ4_0,4.5\r\n\"INT8, row\",8.0833\r\nQ8_0,8.5\r\n"));
}

TEST(TableView, AnnouncesWhatTheUserChoosesInRowsOfTheSource) {
  TableModel model(twoColumns());
  model.setRows(threeRows());
  TableView view(QStringLiteral("Schemes"));
  view.setSource(&model);
  view.sortByColumn(1, Qt::AscendingOrder);
  QSignalSpy chosen(&view, &TableView::rowChosen);
  view.setCurrentIndex(view.model()->index(0, 0));
  ASSERT_EQ(chosen.count(), 1);
  EXPECT_EQ(chosen[0][0].toInt(), 1);
  view.setCurrentSourceRow(2);
  EXPECT_EQ(chosen.count(), 1) << "what the program selects is not announced";
  EXPECT_EQ(view.currentSourceRow(), 2);
}

}  // namespace
}  // namespace ulpscope
