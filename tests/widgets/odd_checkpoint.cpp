// SPDX-License-Identifier: Apache-2.0
#include "tests/widgets/odd_checkpoint.h"

#include <cstring>
#include <vector>

namespace ulpscope {
namespace {

constexpr std::uint64_t kRows = 4, kColumns = 8;

std::vector<std::byte> matrixBytes() {
  std::vector<float> values(kRows * kColumns);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.25F * static_cast<float>(i) - 3;
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

TensorInfo tensor(const std::string& name, const char* type, std::vector<std::uint64_t> shape, std::uint64_t offset) {
  TensorInfo info;
  info.name = name;
  info.storedType = type;
  info.type = findElementType(type);
  info.shape = std::move(shape);
  info.elements = 1;
  for (const auto side : info.shape) info.elements *= side;
  info.bytes = info.type ? byteSize(*info.type, info.elements).value() : 16;
  info.offset = offset;
  return info;
}

}  // namespace

std::shared_ptr<const Checkpoint> oddCheckpoint(const std::string& name) {
  auto checkpoint = std::make_shared<Checkpoint>();
  checkpoint->path = "/nowhere/" + name;
  checkpoint->container = "safetensors";
  checkpoint->files = {memorySource(checkpoint->path, matrixBytes())};
  checkpoint->metadata = {{name, name}};
  checkpoint->warnings = {name};
  checkpoint->config = name;
  TensorInfo parts[] = {tensor(name + ".layers.0.q.qweight", "I32", {1, kColumns}, 0),
                        tensor(name + ".layers.0.q.scales", "F16", {1, kColumns}, 32)};
  for (TensorInfo& part : parts) part.partOf = 5;
  TensorInfo shared = tensor(name + ".head.weight", "F32", {kRows, kColumns}, 0);
  shared.sharesWith = 2;
  TensorInfo unreadable = tensor(name + ".layers.0.odd", "X9", {4}, 0);
  unreadable.storedType = name;
  unreadable.remark = "It is of the type " + name + ", which is not known.";
  TensorInfo packed = tensor(name + ".layers.0.q.weight", "F32", {kRows, kColumns}, 0);
  packed.storedType = "GPTQ 4-bit";
  packed.bytes = parts[0].bytes + parts[1].bytes;
  packed.storage = memorySource(checkpoint->path, matrixBytes());
  packed.packing = std::make_shared<const Packing>(Packing{"gptq", "GPTQ v1, 4 bits: " + name, {0, 1}});
  packed.remark = "Its act-order is that of " + name + ".";
  checkpoint->tensors = {parts[0], parts[1],   tensor(name + ".embed.weight", "F32", {kRows, kColumns}, 0),
                         shared,   unreadable, packed};
  checkpoint->objects = {{name + ".args", name + ".Namespace", "It is not a tensor: " + name, false},
                         {name + ".hook", "os.system " + name, "It calls " + name, true}};
  return checkpoint;
}

}  // namespace ulpscope
