// SPDX-License-Identifier: Apache-2.0
#include "core/report/tensor_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

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

}  // namespace

Result<ExportedTensor> exportDecoded(const TensorSource& source, const Backend& backend, const JobContext& job) {
  auto loaded = loadTensor(source, backend, job);
  if (!loaded) return tl::unexpected(loaded.error());
  const auto bytes = std::as_bytes(std::span(loaded->values));
  return ExportedTensor{{"<f4", source.info().shape, {bytes.begin(), bytes.end()}}, std::move(loaded->warnings)};
}

Result<ExportedTensor> exportStored(const TensorSource& source, const JobContext& job) {
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
