// SPDX-License-Identifier: Apache-2.0
#include "core/report/board_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/backend/backend.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const BoardGrid kGrid{"restored",
                      {"0", "1"},
                      {"0", "row 1"},
                      {{"2.0976", 2.09763789}, {"-1", -1.0, CellMark::Bad}, {"none", std::nullopt}, {"0.5", 0.5}}};

TEST(BoardText, TakesAGridAwayWithAllDigits) {
  const Table table = toTable(kGrid);
  EXPECT_THAT(table.header, ElementsAre("restored", "0", "1"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0], ElementsAre("0", "2.09763789", "-1"));
  EXPECT_THAT(table.rows[1], ElementsAre("row 1", "none", "0.5"));
}

TEST(BoardText, TellsTheWholeBoardAsItIsShown) {
  const StepBoard board{"Absmax", "Five numbers.", {{"Round", "To integers.", {kGrid}}, {"Back", "And back.", {}}}};
  EXPECT_EQ(plainText(board),
            "Absmax\nFive numbers.\n\n1 Round\nTo integers.\n\nrestored\t0\t1\n0\t2.0976\t-1\nrow 1\tnone\t0.5\n"
            "\n2 Back\nAnd back.\n");
}

}  // namespace
}  // namespace ulpscope
