// SPDX-License-Identifier: Apache-2.0
#include "core/report/tensor_export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/quantization/quantization_report.h"

namespace ulpscope {
namespace {

std::string storedDescr(const ElementType& type) {
  using Pair = std::pair<std::string_view, std::string_view>;
  static constexpr std::array kSame{Pair{"F64", "<f8"}, Pair{"F32", "<f4"}, Pair{"F16", "<f2"}, Pair{"I64", "<i8"},
                                    Pair{"I32", "<i4"}, Pair{"I16", "<i2"}, Pair{"I8", "|i1"},  Pair{"U64", "<u8"},
                                    Pair{"U32", "<u4"}, Pair{"U16", "<u2"}, Pair{"U8", "|u1"},  Pair{"BOOL", "|b1"},
                                    Pair{"C64", "<c8"}};
  for (const auto& [name, descr] : kSame)
    if (type.name == name) return std::string(descr);
  return type.bits <= 8 ? "|u1" : fmt::format("<u{}", type.bits / 8);
}

/// The bytes of a packed weight that is one run of blocks, a row of them for each row of elements.
Result<ExportedTensor> exportBlocks(const TensorSource& source, const JobContext& job) {
  constexpr std::uint64_t kStep = 4u << 20;  // bytes
  const TensorInfo& info = source.info();
  std::vector<std::uint64_t> shape = info.shape;
  if (!shape.empty()) shape.pop_back();
  const std::uint64_t rows = checkedProduct(shape).value_or(0);
  if (rows == 0 || info.bytes % rows != 0)
    shape = {info.bytes};
  else
    shape.push_back(info.bytes / rows);
  ExportedTensor exported{{"|u1", std::move(shape), std::vector<std::byte>(info.bytes)}, {}};
  job.expect(info.bytes);
  if (auto unchanged = source.verifyUnchanged(); !unchanged) return tl::unexpected(unchanged.error());
  for (std::uint64_t first = 0; first < info.bytes; first += kStep) {
    const std::uint64_t count = std::min(kStep, info.bytes - first);
    const auto read = source.readStored(first, std::span(exported.array.data).subspan(first, count));
    if (!read) return tl::unexpected(read.error());
    if (auto going = job.step(count); !going) return tl::unexpected(going.error());
  }
  return exported;
}

}  // namespace

Result<ExportedTensor> exportDecoded(const TensorSource& source, const Backend& backend, const JobContext& job) {
  job.expect(source.size());
  auto loaded = loadTensor(source, backend, job);
  if (!loaded) return tl::unexpected(loaded.error());
  const auto bytes = std::as_bytes(std::span(loaded->values));
  return ExportedTensor{{"<f4", source.info().shape, {bytes.begin(), bytes.end()}}, std::move(loaded->warnings)};
}

std::string storedElsewhere(const Checkpoint& checkpoint, std::size_t tensor) {
  const TensorInfo& info = checkpoint.tensors[tensor];
  if (!info.packing || info.packing->parts.empty()) return {};
  std::vector<std::string> names;
  for (const std::size_t part : info.packing->parts) names.push_back(inQuotes(checkpoint.tensors[part].name));
  return fmt::format("it is stored in {}, which can be exported as stored: {}", counted(names.size(), "tensor"),
                     fmt::join(names, ", "));
}

Result<ExportedTensor> exportStored(const TensorSource& source, const JobContext& job) {
  if (source.info().packing) return exportBlocks(source, job);
  constexpr std::uint64_t kStep = 1u << 20;  // elements; a multiple of 8, so that each step starts at a byte
  const ElementType& type = source.type();
  const std::uint64_t elements = source.info().elements;
  ExportedTensor exported{{storedDescr(type), source.info().shape, {}}, {}};
  std::vector<std::byte>& bytes = exported.array.data;
  bytes.reserve(type.bits < 8 ? elements : source.size());
  job.expect(source.size());
  std::vector<std::byte> chunk;
  for (std::uint64_t first = 0; first < elements; first += kStep) {
    const std::uint64_t count = std::min(kStep, elements - first);
    chunk.resize(*byteSize(type, count));
    if (auto read = source.readBytes(first, count, chunk); !read) return tl::unexpected(read.error());
    if (type.bits >= 8)
      bytes.insert(bytes.end(), chunk.begin(), chunk.end());
    else
      for (std::uint64_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::byte>(elementCode(type, chunk, i)));
    if (auto going = job.step(chunk.size()); !going) return tl::unexpected(going.error());
  }
  return exported;
}

}  // namespace ulpscope
