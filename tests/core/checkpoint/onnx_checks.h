// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/onnx_builder.h"
#include "tests/core/checkpoint/opened.h"

#define EXPECT_CONTAINS(text, part) EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

namespace ulpscope::test {

// What tests of ONNX models ask.

inline Result<Checkpoint> openedOnnx(std::string_view bytes, std::map<std::string, std::vector<std::byte>> files = {},
                                     bool allowDamaged = false) {
  return findCheckpointReader("onnx")->open(
      memorySource("m.onnx", asBytes(bytes)),
      {.options = {.allowDamaged = allowDamaged}, .folder = memoryFolder(std::move(files))});
}

inline std::string errorOf(const Result<Checkpoint>& checkpoint) {
  return checkpoint ? "opened" : describe(checkpoint.error());
}

/// Of a tensor that is listed but cannot be read, beside one that can.
inline std::string remarkOf(const Proto& tensor, std::map<std::string, std::vector<std::byte>> files = {}) {
  const auto checkpoint =
      openedOnnx(onnxModelOf({tensor, onnxTensor("sound", 1, {1}).bytes(9, rawBytes(7.0F))}), std::move(files));
  if (!checkpoint) return describe(checkpoint.error());
  EXPECT_EQ(valuesOf(*checkpoint, "sound"), std::vector<double>{7});
  const TensorInfo& info = checkpoint->tensors[*checkpoint->find("t")];
  return info.type ? "readable" : info.remark;
}

}  // namespace ulpscope::test
