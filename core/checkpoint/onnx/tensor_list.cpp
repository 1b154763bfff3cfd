// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/onnx/tensor_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <tuple>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/packed_elements.h"
#include "core/checkpoint/unread.h"

namespace ulpscope {

Result<> OnnxTensorList::checkRoom(const std::string& name, std::uint64_t at) {
  const Limits& limits = m_context.options.limits;
  if (m_checkpoint.tensors.size() + m_sparse.size() >= limits.tensors)
    return fail(Errc::LimitExceeded, fmt::format("at most {} tensors expected, more found", limits.tensors),
                m_cursor.source().name(), at);
  if (name.size() > m_nameBytesLeft)
    return fail(Errc::LimitExceeded, "names of at most four times the bytes of the file in all expected, more found",
                m_cursor.source().name(), at);
  m_nameBytesLeft -= name.size();
  return m_context.job.step(0);
}

bool OnnxTensorList::takeMemory(std::uint64_t bytes) {
  if (bytes > m_memoryLeft) return false;
  m_memoryLeft -= bytes;
  return true;
}

Result<> OnnxTensorList::addNumbers(const std::string& name, std::string_view type, std::vector<std::uint64_t> shape,
                                    std::vector<std::byte> values, std::uint64_t begin, std::uint64_t length) {
  if (auto room = checkRoom(name, begin); !room) return room;
  TensorInfo info{
      .name = name, .storedType = std::string(type), .type = findElementType(type), .shape = std::move(shape)};
  info.elements = checkedProduct(info.shape).value_or(0);
  info.bytes = length;
  info.offset = begin;
  info.storage = memorySource(m_cursor.source().name(), std::move(values));
  m_checkpoint.tensors.push_back(std::move(info));
  return {};
}

Result<> OnnxTensorList::add(const OnnxTensor& tensor, const std::string& name) {
  if (auto room = checkRoom(name, tensor.begin); !room) return room;
  TensorInfo info{.name = name, .storedType = onnxTypeName(tensor.dataType), .shape = {}};
  m_unknownKeys += tensor.unknownKeys;
  auto placed = setOnnxShape(tensor.dims, tensor.rank, m_context.options.limits, info);
  if (placed) placed = place(tensor, info);
  if (!placed) {
    if (!isAboutContent(placed.error())) return placed;
    listUnread(info, std::move(placed.error().message));
    info.offset = tensor.begin;
    info.bytes = tensor.raw ? tensor.raw->length : 0;
  }
  m_checkpoint.tensors.push_back(std::move(info));
  return {};
}

Result<> OnnxTensorList::place(const OnnxTensor& tensor, TensorInfo& info) {
  const OnnxType* const row = onnxType(tensor.dataType);
  if (!row) return fail(Errc::Unsupported, fmt::format("its type, number {}, is unknown", tensor.dataType));
  if (tensor.segment) return fail(Errc::Unsupported, "it is a segment of a tensor, which cannot be read");
  if (row->field == OnnxField::String) return fail(Errc::Unsupported, "it holds text, not numbers");
  info.type = findElementType(row->element);
  if (!info.type) return fail(Errc::Unsupported, fmt::format("its type {} cannot be read", row->name));

  const OnnxTensor::Numbers* numbers = nullptr;
  std::size_t places = (tensor.raw ? 1u : 0u) + (tensor.external ? 1u : 0u);
  for (const OnnxTensor::Numbers& each : tensor.numbers) {
    if (each.times == 0 || each.bytes == 0) continue;
    ++places;
    numbers = &each;
  }
  if (places > 1) return fail(Errc::Corrupt, fmt::format("its elements expected in one field, {} have some", places));
  if (numbers && numbers->field != row->field)
    return fail(Errc::Corrupt,
                fmt::format("the elements of a {} expected in field {}, found in field {}", row->name,
                            static_cast<std::uint32_t>(row->field), static_cast<std::uint32_t>(numbers->field)));
  const auto bytes = packedBytes(*info.type, info.elements);
  if (!bytes)
    return fail(Errc::Corrupt, fmt::format("fewer bytes expected than a shape of {} has", bracketed(info.shape)));
  if (tensor.external) return placeExternal(tensor, *bytes, info);
  if (tensor.raw) return placeRaw(tensor, *bytes, info);
  if (numbers) return placeNumbers(tensor, *numbers, info);
  if (info.elements > 0)
    return fail(Errc::Corrupt, fmt::format("{} of data expected, none found", counted(*bytes, "byte")));
  info.offset = tensor.begin;
  return {};
}

Result<> OnnxTensorList::placeRaw(const OnnxTensor& tensor, std::uint64_t bytes, TensorInfo& info) {
  if (tensor.raw->length != bytes)
    return fail(Errc::Corrupt, fmt::format("{} bytes of raw data expected, {} found{}", bytes, tensor.raw->length,
                                           tensor.raw->cut ? " (an unfinished download?)" : ""));
  info.offset = tensor.raw->begin;
  info.bytes = bytes;
  if (!byteSize(*info.type, info.elements)) readFromPacked(info, sliceOf(m_checkpoint.files[0], info.offset, bytes));
  return {};
}

Result<> OnnxTensorList::placeExternal(const OnnxTensor& tensor, std::uint64_t bytes, TensorInfo& info) {
  const auto place = externalPlaceOf(tensor);
  if (!place) return tl::unexpected(place.error());
  if (place->length && *place->length != bytes)
    return fail(Errc::Corrupt, fmt::format("{} bytes of external data expected, {} found", bytes, *place->length));
  const auto file = m_dataFiles.open(place->location);
  if (!file) return tl::unexpected(file.error());
  const std::shared_ptr<const ByteSource>& source = m_checkpoint.files[*file];
  if (place->offset > source->size() || bytes > source->size() - place->offset)
    return fail(Errc::Damaged, fmt::format("{} bytes expected at byte {} of {}, which has {} bytes", bytes,
                                           place->offset, inQuotes(place->location), source->size()));
  info.file = *file;
  info.offset = place->offset;
  info.bytes = bytes;
  if (!byteSize(*info.type, info.elements)) readFromPacked(info, sliceOf(source, info.offset, bytes));
  return {};
}

void OnnxTensorList::finish() {
  std::vector<TensorInfo>& tensors = m_checkpoint.tensors;
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::tie(tensors[i].file, tensors[i].offset); });
  std::vector<TensorInfo> sorted;
  std::vector<std::size_t> moved(tensors.size());
  for (const std::size_t i : order) {
    moved[i] = sorted.size();
    sorted.push_back(std::move(tensors[i]));
  }
  tensors = std::move(sorted);
  for (Sparse& sparse : m_sparse) {
    Packing packing{.id = "onnx_sparse",
                    .title = "sparse: values and their indices",
                    .parts = {moved[sparse.values], moved[sparse.indices]}};
    for (const std::size_t part : packing.parts) tensors[part].partOf = tensors.size();
    sparse.whole.packing = std::make_shared<const Packing>(std::move(packing));
    tensors.push_back(std::move(sparse.whole));
  }
  Finding renamed;
  makeNamesDistinct(tensors, renamed);
  renamed.warn(m_checkpoint.warnings, "Given a name of their own, because it stood before");
  // The very same bytes read in the very same way, which only external data can be.
  using Same = std::tuple<std::uint32_t, std::uint64_t, std::uint64_t, const ElementType*, std::vector<std::uint64_t>>;
  std::map<Same, std::size_t> first;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    TensorInfo& tensor = tensors[i];
    if (tensor.file == 0 || tensor.bytes == 0 || !tensor.type || tensor.packing) continue;
    const auto [found, isNew] =
        first.try_emplace({tensor.file, tensor.offset, tensor.bytes, tensor.type, tensor.shape}, i);
    if (!isNew) tensor.sharesWith = found->second;
  }
  if (m_unknownKeys > 0)
    m_checkpoint.warnings.push_back(fmt::format("Passed over: {} of external data that the standard does not know.",
                                                counted(m_unknownKeys, "key")));
}

}  // namespace ulpscope
