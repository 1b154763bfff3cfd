// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <memory>
#include <utility>

#include "core/backend/backend.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

/// Read before they are decoded, and overwritten in full: not worth clearing.
class ByteBuffer {
 public:
  explicit ByteBuffer(std::size_t size) : m_bytes(std::make_unique_for_overwrite<std::byte[]>(size)), m_size(size) {}
  std::span<std::byte> span() { return {m_bytes.get(), m_size}; }

 private:
  std::unique_ptr<std::byte[]> m_bytes;
  std::size_t m_size;
};

}  // namespace

std::string_view typeTitle(const TensorInfo& tensor) {
  return tensor.type && !tensor.packing ? tensor.type->title : std::string_view(tensor.storedType);
}

MatrixShape matrixShape(std::span<const std::uint64_t> shape) {
  if (shape.empty()) return {1, 1};
  if (shape.size() == 1) return {1, shape[0]};
  // Only a tensor without elements can have a product that does not fit: [0, 2^40, 2^40].
  return {shape[0], checkedProduct(shape.subspan(1)).value_or(0)};
}

TensorSource::TensorSource(TensorInfo info, std::shared_ptr<const ByteSource> bytes)
    : m_info(std::move(info)),
      m_file(std::move(bytes)),
      m_bytes(m_info.storage ? m_info.storage : m_file),
      m_begin(m_info.storage ? 0 : m_info.offset) {
  assert(m_info.isReadable());
  assert(byteSize(*m_info.type, m_info.elements));
  assert(m_begin <= m_bytes->size() && size() <= m_bytes->size() - m_begin);
}

Result<> TensorSource::verifyUnchanged() const {
  auto same = m_bytes->verifyUnchanged();
  return same && m_file && m_file != m_bytes ? m_file->verifyUnchanged() : same;
}

std::uint64_t TensorSource::size() const { return byteSize(type(), m_info.elements).value_or(0); }

Result<> TensorSource::readBytes(std::uint64_t first, [[maybe_unused]] std::uint64_t count,
                                 std::span<std::byte> out) const {
  assert(first <= m_info.elements && count <= m_info.elements - first);
  assert(byteSize(type(), first) && byteSize(type(), count) == out.size());
  return m_bytes->read(m_begin + byteSize(type(), first).value_or(0), out);
}

/// Elements narrower than a byte are read with their neighbours, from one byte border to the next.
template <class Number, class Decode>
Result<> TensorSource::readAs(std::uint64_t first, std::span<Number> out, Decode decode) const {
  assert(first <= m_info.elements && out.size() <= m_info.elements - first);
  const std::uint64_t lead = type().bits % 8 == 0 ? 0 : first % 8;
  const std::uint64_t count =
      type().bits % 8 == 0 ? out.size()
                           : std::min(divideRoundingUp(lead + out.size(), 8) * 8, m_info.elements - (first - lead));
  ByteBuffer buffer(byteSize(type(), count).value_or(0));
  if (auto read = readBytes(first - lead, count, buffer.span()); !read) return read;
  if (count == out.size()) return decode(buffer.span(), out);
  std::vector<Number> values(count);
  if (auto decoded = decode(buffer.span(), std::span(values)); !decoded) return decoded;
  std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(lead), out.size(), out.begin());
  return {};
}

Result<> TensorSource::readFloats(std::uint64_t first, std::span<float> out, const Backend& backend) const {
  assert(type().exactAsFloat);
  if (type().name == "F32") return readBytes(first, out.size(), std::as_writable_bytes(out));
  return readAs(first, out, [&](std::span<const std::byte> bytes, std::span<float> values) {
    return backend.decode(type(), bytes, values);
  });
}

Result<> TensorSource::readDoubles(std::uint64_t first, std::span<double> out) const {
  return readAs(first, out, [&](std::span<const std::byte> bytes, std::span<double> values) -> Result<> {
    decodeElements(type(), bytes, values);
    return {};
  });
}

Result<> TensorSource::readStored(std::uint64_t first, std::span<std::byte> out) const {
  assert(first <= m_info.bytes && out.size() <= m_info.bytes - first);
  assert(!m_info.packing || m_info.packing->parts.empty());
  return m_file->read(m_info.offset + first, out);
}

Result<std::uint64_t> TensorSource::codeAt(std::uint64_t index) const {
  if (index >= m_info.elements)
    return fail(Errc::Usage, fmt::format("element below {} expected, {} found", m_info.elements, index), m_info.name);
  // The element and what shares its bytes: a group of 8 elements always starts and ends on a byte.
  const std::uint64_t first = type().bits % 8 == 0 ? index : index / 8 * 8;
  const std::uint64_t count = type().bits % 8 == 0 ? 1 : std::min<std::uint64_t>(8, m_info.elements - first);
  std::array<std::byte, 8> bytes{};
  if (auto read = readBytes(first, count, std::span(bytes).first(byteSize(type(), count).value_or(0))); !read)
    return tl::unexpected(read.error());
  return elementCode(type(), bytes, index - first);
}

Result<double> TensorSource::valueAt(std::uint64_t index) const {
  const Result<std::uint64_t> code = codeAt(index);
  if (!code) return tl::unexpected(code.error());
  // The code alone, as a full group of a narrow type whose first element it is.
  std::array<std::byte, 8> bytes{};
  std::memcpy(bytes.data(), &*code, sizeof *code);
  std::array<double, 8> values{};
  const std::size_t count = type().bits % 8 == 0 ? 1 : 8;
  decodeElements(type(), std::span(bytes).first(byteSize(type(), count).value_or(0)), std::span(values).first(count));
  return values[0];
}

TensorSource tensorFromFloats(std::string name, std::vector<std::uint64_t> shape, std::span<const float> values) {
  assert(checkedProduct(shape) == values.size());
  const auto bytes = std::as_bytes(values);
  TensorInfo info{.name = name,
                  .storedType = "F32",
                  .type = findElementType("F32"),
                  .shape = std::move(shape),
                  .elements = values.size(),
                  .bytes = bytes.size(),
                  .offset = 0,
                  .file = 0};
  return {std::move(info), memorySource(std::move(name), {bytes.begin(), bytes.end()})};
}

}  // namespace ulpscope
