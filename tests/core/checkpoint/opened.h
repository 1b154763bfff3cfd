// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/core/checkpoint/container_sample.h"

namespace ulpscope::test {

/// One file from memory through the reader of `id`; what is accepted must hold together.
inline Result<Checkpoint> openedBy(std::string_view id, std::string_view bytes, const OpenOptions& options = {}) {
  auto checkpoint =
      findCheckpointReader(id)->open(memorySource("folder/file.pt", asBytes(bytes)), {.options = options});
  EXPECT_EQ(checkpoint ? brokenInvariant(*checkpoint, options.allowDamaged) : "", "");
  EXPECT_TRUE(checkpoint || !checkpoint.error().message.empty());
  return checkpoint;
}

/// All values of a tensor, "unreadable: ..." as a failed expectation.
inline std::vector<double> valuesOf(const Checkpoint& checkpoint, std::string_view name) {
  const auto index = checkpoint.find(name);
  if (!index) {
    ADD_FAILURE() << describe(index.error());
    return {};
  }
  const auto source = checkpoint.source(*index);
  if (!source) {
    ADD_FAILURE() << describe(source.error());
    return {};
  }
  std::vector<double> values(source->info().elements);
  const auto read = source->readDoubles(0, values);
  EXPECT_TRUE(read) << describe(read.error());
  return values;
}

/// Why a tensor cannot be read; empty if it can.
inline std::string remarkOf(const Checkpoint& checkpoint, std::string_view name) {
  const auto index = checkpoint.find(name);
  if (!index) return "not listed";
  const auto source = checkpoint.source(*index);
  return source ? std::string() : checkpoint.tensors[*index].remark;
}

inline std::string metadataOf(const Checkpoint& checkpoint, std::string_view name) {
  for (const auto& [key, value] : checkpoint.metadata)
    if (key == name) return value;
  return "(none)";
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace ulpscope::test
