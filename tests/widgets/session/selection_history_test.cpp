// SPDX-License-Identifier: Apache-2.0
#include "widgets/session/selection_history.h"

#include <gtest/gtest.h>

namespace ulpscope {
namespace {

Selection withFormat(const std::string& format) {
  Selection selection;
  selection.format = format;
  return selection;
}

std::shared_ptr<const Checkpoint> checkpointOf(const std::vector<std::string>& names) {
  auto checkpoint = std::make_shared<Checkpoint>();
  for (const auto& name : names) {
    TensorInfo tensor;
    tensor.name = name;
    tensor.shape = {4, 4};
    tensor.elements = 16;
    checkpoint->tensors.push_back(tensor);
  }
  return checkpoint;
}

TEST(SelectionHistory, WalksBackAndForward) {
  SelectionHistory history;
  history.push(withFormat("bfloat16"));
  history.push(withFormat("int8"));
  history.back();
  EXPECT_EQ(history.current().format, "bfloat16");
  history.forward();
  EXPECT_EQ(history.current().format, "int8");
  EXPECT_FALSE(history.canGoForward());
}

TEST(SelectionHistory, ForgetsWhatWasAheadWhenItTurnsOff) {
  SelectionHistory history;
  history.push(withFormat("bfloat16"));
  history.back();
  history.push(withFormat("int4"));
  EXPECT_FALSE(history.canGoForward());
  history.back();
  EXPECT_EQ(history.current().format, Selection{}.format);
}

TEST(SelectionHistory, TakesNoStepForTheSameSelection) {
  SelectionHistory history;
  history.push(history.current());
  EXPECT_FALSE(history.canGoBack());
}

TEST(SelectionHistory, FindsTensorsAgainByNameAfterAReload) {
  const auto old = checkpointOf({"a", "b"});
  const auto fresh = checkpointOf({"new", "a", "b"});
  SelectionHistory history;
  Selection selection;
  selection.checkpoint = old;
  selection.tensor = 1;
  selection.element = 5;
  history.push(selection);
  history.replace(old, fresh);
  EXPECT_EQ(history.current().checkpoint, fresh);
  EXPECT_EQ(history.current().tensorInfo()->name, "b");
  EXPECT_EQ(history.current().element, 5u);
}

TEST(SelectionHistory, DropsWhatLookedAtAClosedCheckpoint) {
  const auto checkpoint = checkpointOf({"a"});
  SelectionHistory history;
  history.push(withFormat("int8"));
  Selection selection;
  selection.checkpoint = checkpoint;
  history.push(selection);
  history.replace(checkpoint, nullptr);
  EXPECT_EQ(history.current().checkpoint, nullptr);
  EXPECT_EQ(history.current().format, "int8");
}

}  // namespace
}  // namespace ulpscope
