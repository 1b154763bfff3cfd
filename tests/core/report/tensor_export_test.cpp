// SPDX-License-Identifier: Apache-2.0
#include "core/report/tensor_export.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/backend/backend.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

TensorSource tensorOf(const ElementType& type, std::vector<std::uint64_t> shape,
                      const std::vector<unsigned char>& bytes) {
  TensorInfo info;
  info.name = "t";
  info.storedType = type.name;
  info.type = &type;
  info.shape = std::move(shape);
  info.elements = checkedProduct(info.shape).value();
  info.bytes = bytes.size();
  std::vector<std::byte> data(bytes.size());
  std::memcpy(data.data(), bytes.data(), bytes.size());
  return {info, memorySource("t", data)};
}

TEST(ExportStored, KeepsNumPysOwnTypesAndTheBytes) {
  const auto exported = exportStored(tensorOf(*findElementType("F16"), {2}, {0xCA, 0xCE, 0, 0}), {}).value();
  EXPECT_EQ(exported.array.descr, "<f2");
  EXPECT_EQ(exported.array.shape, (std::vector<std::uint64_t>{2}));
  ASSERT_EQ(exported.array.data.size(), 4u);
  EXPECT_EQ(exported.array.data[1], std::byte{0xCE});
}

TEST(ExportStored, WritesUnsignedCodesOfTypesThatNumPyDoesNotHave) {
  EXPECT_EQ(exportStored(tensorOf(*findElementType("BF16"), {1}, {0xD9, 0xC1}), {}).value().array.descr, "<u2");
  const auto fp4 = exportStored(tensorOf(*findElementType("F4"), {4}, {0x21, 0x43}), {}).value();
  EXPECT_EQ(fp4.array.descr, "|u1");
  EXPECT_EQ(fp4.array.data, (std::vector<std::byte>{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}}));
}

TEST(ExportStored, GivesTheBlocksOfAPackedWeightAsBytes) {
  std::vector<unsigned char> blocks(2 * 34);
  for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i] = static_cast<unsigned char>(i);
  TensorInfo info = tensorOf(*findElementType("U8"), {68}, blocks).info();
  info.storedType = "Q8_0";
  info.type = findElementType("F32");
  info.shape = {2, 32};
  info.elements = 64;
  info.storage = memorySource("decoded", std::vector<std::byte>(64 * 4));
  info.packing = std::make_shared<const Packing>(Packing{"q8_0", "Q8_0", {}});
  const TensorSource source(info, memorySource("t", std::vector<std::byte>(68, std::byte{7})));
  const auto exported = exportStored(source, {}).value();
  EXPECT_EQ(exported.array.descr, "|u1");
  EXPECT_EQ(exported.array.shape, (std::vector<std::uint64_t>{2, 34}));
  EXPECT_EQ(exported.array.data, std::vector<std::byte>(68, std::byte{7}));
}

TEST(ExportStored, SaysInWhichTensorsAWeightIsStored) {
  Checkpoint checkpoint;
  checkpoint.tensors.resize(3);
  checkpoint.tensors[0].name = "q.qweight";
  checkpoint.tensors[1].name = "q.scales";
  checkpoint.tensors[2].packing = std::make_shared<const Packing>(Packing{"gptq", "GPTQ", {0, 1}});
  EXPECT_EQ(storedElsewhere(checkpoint, 0), "");
  EXPECT_EQ(storedElsewhere(checkpoint, 2),
            "it is stored in 2 tensors, which can be exported as stored: \"q.qweight\", \"q.scales\"");
}

TEST(ExportDecoded, GivesFloat32) {
  const auto backend = makeReferenceBackend();
  const auto exported = exportDecoded(tensorOf(*findElementType("BF16"), {1}, {0xD9, 0xC1}), *backend, {}).value();
  EXPECT_EQ(exported.array.descr, "<f4");
  float value = 0;
  std::memcpy(&value, exported.array.data.data(), sizeof value);
  EXPECT_EQ(value, -27.125f);
}

}  // namespace
}  // namespace ulpscope
