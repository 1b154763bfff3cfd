// SPDX-License-Identifier: Apache-2.0
//
// SparseTensorProto: values, and their indices into the flattened tensor or into each of its dimensions.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/onnx/tensor_list.h"
#include "core/checkpoint/unread.h"

namespace ulpscope {
namespace {

/// Of a sparse tensor: reading it takes as long as if stored.
constexpr std::uint64_t kDenseBytes = std::uint64_t{1} << 36;

/// The elements of a sparse tensor: zeros, and the values at the places of which `places` has one each, ascending.
struct DenseElements {
  TensorSource values;
  std::vector<std::uint64_t> places;

  Result<> make(std::uint64_t first, std::span<std::byte> out) const {
    const auto width = static_cast<std::size_t>(values.type().bits) / 8;
    std::ranges::fill(out, std::byte{0});
    const auto begin = std::ranges::lower_bound(places, first);
    const auto end = std::lower_bound(begin, places.end(), first + out.size() / width);
    constexpr std::ptrdiff_t kBatch = 64 << 10;
    std::vector<std::byte> stored;
    for (auto at = begin; at != end;) {
      const std::ptrdiff_t count = std::min(kBatch, end - at);
      stored.resize(static_cast<std::size_t>(count) * width);
      if (auto read = values.readBytes(static_cast<std::uint64_t>(at - places.begin()),
                                       static_cast<std::uint64_t>(count), stored);
          !read)
        return read;
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i, ++at)
        std::copy_n(stored.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                    out.begin() + static_cast<std::ptrdiff_t>((*at - first) * width));
    }
    return {};
  }
};

}  // namespace

Result<> OnnxTensorList::addSparse(const OnnxTensor& values, const OnnxTensor& indices,
                                   const std::vector<std::int64_t>& dims, const std::string& name) {
  const std::size_t first = m_checkpoint.tensors.size();
  if (auto added = add(values, name + ".values"); !added) return added;
  if (auto added = add(indices, name + ".indices"); !added) return added;
  if (auto room = checkRoom(name, values.begin); !room) return room;
  Sparse sparse{TensorInfo{.name = name, .storedType = "sparse", .shape = {0}}, first, first + 1};
  auto made = dense(m_checkpoint.tensors[first], m_checkpoint.tensors[first + 1], dims);
  if (made) {
    sparse.whole = std::move(*made);
    sparse.whole.name = name;
  } else {
    if (!isAboutContent(made.error())) return tl::unexpected(std::move(made.error()));
    sparse.whole.remark = std::move(made.error().message);
  }
  m_sparse.push_back(std::move(sparse));
  return {};
}

Result<TensorInfo> OnnxTensorList::dense(const TensorInfo& values, const TensorInfo& indices,
                                         const std::vector<std::int64_t>& dims) {
  TensorInfo whole{.name = {}, .storedType = values.storedType, .shape = {}};
  if (auto shape = setOnnxShape(dims, dims.size(), m_context.options.limits, whole); !shape)
    return tl::unexpected(shape.error());
  if (!values.type || !indices.type) return fail(Errc::Unsupported, "one of its parts cannot be read");
  if (!values.type->readable || values.type->bits % 8 != 0)
    return fail(Errc::Unsupported, fmt::format("sparse tensors of {} cannot be put together", values.storedType));
  const auto bytes = byteSize(*values.type, whole.elements);
  if (!bytes || *bytes > kDenseBytes)
    return fail(Errc::LimitExceeded, fmt::format("a shape of at most {} expected, {} found", humanBytes(kDenseBytes),
                                                 bracketed(whole.shape)));
  auto places = readIndices(indices, values.elements, whole.shape);
  if (!places) return tl::unexpected(places.error());
  whole.type = values.type;
  whole.bytes = values.bytes + indices.bytes;
  whole.file = values.file;
  whole.offset = values.offset;
  const auto elements = std::make_shared<const DenseElements>(
      DenseElements{TensorSource(values, m_checkpoint.files[values.file]), std::move(*places)});
  whole.storage = derivedSource(
      {.name = m_cursor.source().name(),
       .size = *bytes,
       .unitBytes = static_cast<std::size_t>(values.type->bits) / 8,
       .make = [elements](std::uint64_t first, std::span<std::byte> out) { return elements->make(first, out); },
       .from = {m_checkpoint.files[values.file]}});
  return whole;
}

/// Places in the flattened tensor, from one index into it for each value or one into each dimension.
Result<std::vector<std::uint64_t>> OnnxTensorList::readIndices(const TensorInfo& indices, std::uint64_t values,
                                                               const std::vector<std::uint64_t>& shape) {
  const bool isFlat = indices.shape.size() == 1 && indices.elements == values;
  const bool isByDimension =
      indices.shape.size() == 2 && indices.shape[0] == values && indices.shape[1] == shape.size();
  if (indices.type->name != "I64" || (!isFlat && !isByDimension))
    return fail(Errc::Corrupt,
                fmt::format("indices of {} into a shape of {} expected, {} {} found", counted(values, "value"),
                            bracketed(shape), indices.storedType, bracketed(indices.shape)));
  const TensorSource source(indices, m_checkpoint.files[indices.file]);
  if (!takeMemory(2 * source.size()))
    return fail(Errc::LimitExceeded, fmt::format("indices of at most {} bytes in all expected, more found",
                                                 m_context.options.limits.inflatedBytes));
  std::vector<std::int64_t> numbers(indices.elements);
  if (auto read = source.readBytes(0, indices.elements, std::as_writable_bytes(std::span(numbers))); !read)
    return tl::unexpected(read.error());
  const std::vector<std::uint64_t> sizes = isByDimension ? shape : std::vector{checkedProduct(shape).value_or(0)};
  std::vector<std::uint64_t> places(values);
  for (std::size_t value = 0; value < places.size(); ++value) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const std::int64_t number = numbers[value * sizes.size() + i];
      if (number < 0 || static_cast<std::uint64_t>(number) >= sizes[i])
        return fail(Errc::Corrupt, fmt::format("indices below {} expected, {} found", sizes[i], number));
      places[value] = places[value] * sizes[i] + static_cast<std::uint64_t>(number);
    }
    if (value > 0 && places[value] <= places[value - 1])
      return fail(Errc::Corrupt, "indices in ascending order expected, another order found");
  }
  return places;
}

}  // namespace ulpscope
