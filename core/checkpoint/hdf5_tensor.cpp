// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/hdf5_checkpoint.h"
#include "core/checkpoint/hdf5_chunks.h"

namespace ulpscope {
namespace {

using hdf5::ByteOrder;
using hdf5::Layout;
using hdf5::TypeClass;

struct Meaning {
  const ElementType* type = nullptr;
  std::string stored;  ///< what it says it is
  std::string reason;  ///< why it cannot be read
};

struct Ieee {
  std::string_view name;
  std::uint32_t bits, exponentBits, fractionBits;
  std::uint64_t bias;
};
constexpr Ieee kFloats[] = {{"F64", 64, 11, 52, 1023},
                            {"F32", 32, 8, 23, 127},
                            {"F16", 16, 5, 10, 15},
                            {"BF16", 16, 8, 7, 127},
                            {"F8_E5M2", 8, 5, 2, 15}};

bool isLike(const Hdf5Type& type, const Ieee& ieee) {
  return type.bytes == ieee.bits / 8 && type.precision == ieee.bits && type.bitOffset == 0 &&
         type.signAt == ieee.bits - 1 && type.exponentAt == ieee.fractionBits &&
         type.exponentBits == ieee.exponentBits && type.fractionAt == 0 && type.fractionBits == ieee.fractionBits &&
         type.bias == ieee.bias && type.implied;
}

Meaning meaningOf(const Hdf5Dataset& dataset) {
  const Hdf5Type& type = dataset.type;
  const auto named = [&](std::string_view name) {
    const bool big = type.order == ByteOrder::Big && type.bytes > 1;
    return Meaning{findElementType(name), fmt::format("{}{}", name, big ? " (big-endian)" : ""), ""};
  };
  // HDF5 has no bfloat16 of its own: Keras writes its bits and says so beside them.
  if (dataset.dtype == "bfloat16" && type.bytes == 2 && type.kind != TypeClass::Other && type.kind != TypeClass::Float)
    return named("BF16");
  switch (type.kind) {
    case TypeClass::Integer:
      if (type.order == ByteOrder::None) break;
      if (type.isBool && type.bytes == 1) return named("BOOL");
      if (type.bytes <= 8 && type.precision == type.bytes * 8 && type.bitOffset == 0)
        if (const std::string name = fmt::format("{}{}", type.isSigned ? 'I' : 'U', type.precision);
            findElementType(name))
          return named(name);
      return {nullptr, fmt::format("integer of {} bits", type.precision),
              fmt::format("integers of {} bits in {} bytes are not supported", type.precision, type.bytes)};
    case TypeClass::Float:
      if (type.order == ByteOrder::None) break;
      for (const Ieee& ieee : kFloats)
        if (isLike(type, ieee)) return named(ieee.name);
      return {nullptr, fmt::format("float of {} bits", type.precision),
              fmt::format("floats of {} bits with {} exponent bits in {} bytes are not supported", type.precision,
                          type.exponentBits, type.bytes)};
    case TypeClass::Opaque:
      return {nullptr, fmt::format("opaque of {} bytes", type.bytes),
              "its elements are opaque: bytes without a meaning"};
    case TypeClass::Other:
      return {nullptr, printable(type.name),
              fmt::format("its elements are not numbers, but of the kind {}", printable(type.name))};
  }
  return {nullptr, "number", "the order of its bytes is neither little- nor big-endian"};
}

class Placer {
 public:
  Placer(const Hdf5Dataset& dataset, const std::shared_ptr<const ByteSource>& file, const OpenOptions& options)
      : m_dataset(dataset), m_file(file), m_options(options) {}

  Result<TensorInfo> run() {
    const Meaning meaning = meaningOf(m_dataset);
    m_tensor.name = m_dataset.path;
    m_tensor.storedType = meaning.stored;
    m_tensor.type = meaning.type;
    m_tensor.shape = m_dataset.shape;
    m_tensor.elements = checkedProduct(m_dataset.shape).value_or(0);
    m_tensor.remark = meaning.reason;
    if (m_dataset.layout == Layout::Unreadable && m_tensor.type)
      cannot(m_dataset.remark.empty() ? "where its elements lie is not known" : printable(m_dataset.remark));
    if (m_tensor.type && !byteSize(*m_tensor.type, m_tensor.elements))
      cannot("its elements have more bytes than can be counted");
    if (auto placed = place(); !placed) return tl::unexpected(std::move(placed.error()));
    if (m_tensor.type && m_tensor.storage && m_dataset.type.order == ByteOrder::Big && m_dataset.type.bytes > 1)
      m_tensor.storage = swappedSource(std::move(m_tensor.storage), static_cast<std::size_t>(m_dataset.type.bytes));
    return std::move(m_tensor);
  }

 private:
  void cannot(std::string reason) {
    m_tensor.type = nullptr;
    m_tensor.storage = nullptr;
    m_tensor.remark = std::move(reason);
  }

  /// Of the elements; zero where they cannot be read.
  std::uint64_t needed() const { return m_tensor.type ? byteSize(*m_tensor.type, m_tensor.elements).value_or(0) : 0; }

  bool isInside(std::uint64_t address, std::uint64_t bytes) const {
    return address <= m_file->size() && bytes <= m_file->size() - address;
  }
  Result<> outside(std::uint64_t address, std::uint64_t bytes) const {
    if (m_options.allowDamaged) return {};
    return fail(Errc::Damaged,
                fmt::format("dataset {}: {} bytes expected at byte {}, but the file has {} bytes (an unfinished "
                            "download?)",
                            inQuotes(m_dataset.path), bytes, address, m_file->size()),
                m_file->name(), address);
  }

  Result<> place() {
    if (m_tensor.type && m_tensor.elements == 0) return {};
    switch (m_dataset.layout) {
      case Layout::Contiguous:
        return placeContiguous();
      case Layout::Chunked:
        return placeChunked();
      case Layout::Compact: {
        m_tensor.bytes = m_dataset.compact.size();
        if (m_tensor.bytes != needed())
          cannot(fmt::format("{} bytes for its elements expected, {} found", needed(), m_tensor.bytes));
        const auto bytes = std::as_bytes(std::span(m_dataset.compact));
        if (m_tensor.type) m_tensor.storage = memorySource(m_file->name(), {bytes.begin(), bytes.end()});
        return {};
      }
      case Layout::Unallocated:
        if (m_tensor.type) m_tensor.storage = fillSource(m_file->name(), m_dataset);
        return {};
      case Layout::Unreadable:
        break;
    }
    return {};
  }

  Result<> placeContiguous() {
    const bool inside = isInside(m_dataset.address, m_dataset.bytes);
    if (!inside)
      if (auto damaged = outside(m_dataset.address, m_dataset.bytes); !damaged) return damaged;
    if (m_tensor.type && m_dataset.bytes != needed())
      cannot(fmt::format("{} bytes for its elements expected, {} found", needed(), m_dataset.bytes));
    m_tensor.offset = m_dataset.address;
    m_tensor.bytes = m_dataset.bytes;
    if (!inside && !m_tensor.type) m_tensor.offset = m_tensor.bytes = 0;
    if (!m_tensor.type || m_dataset.type.order != ByteOrder::Big || m_dataset.type.bytes == 1) return {};
    if (inside)
      m_tensor.storage = sliceOf(m_file, m_dataset.address, m_dataset.bytes);
    else
      cannot("its elements are not all in the file");
    return {};
  }

  Result<> placeChunked() {
    std::uint64_t cells = 1;  // at most as many as there are elements, so they can be counted
    for (std::size_t d = 0; d < m_dataset.shape.size(); ++d)
      cells *= divideRoundingUp(m_dataset.shape[d], m_dataset.chunkShape[d]);
    std::uint64_t lowest = m_file->size();
    for (const Hdf5Chunk& chunk : m_dataset.chunks) {
      if (chunk.index >= cells) {
        cannot("the index of its chunks leads out of it");
        return {};
      }
      if (!isInside(chunk.address, chunk.bytes)) {
        if (auto damaged = outside(chunk.address, chunk.bytes); !damaged) return damaged;
        cannot("its chunks are not all in the file");
        return {};
      }
      lowest = std::min(lowest, chunk.address);
      m_tensor.bytes += chunk.bytes;
    }
    // Several chunks may be one by fault or intent; the sum of what 2,000,000 claim need not fit.
    m_tensor.bytes = std::min(m_tensor.bytes, m_file->size());
    if (!m_dataset.chunks.empty()) m_tensor.offset = std::min(lowest, m_file->size() - m_tensor.bytes);
    if (!m_tensor.type) return {};
    const std::optional<std::uint64_t> chunkElements = checkedProduct(m_dataset.chunkShape);
    const std::optional<std::uint64_t> chunkBytes =
        chunkElements ? checkedMultiply(*chunkElements, m_dataset.type.bytes) : std::nullopt;
    const std::uint64_t limit = m_options.limits.inflatedBytes;
    if (const std::string reason = unsupportedFilter(m_dataset.filters); !reason.empty())
      cannot(reason);
    else if (!chunkBytes || *chunkBytes > limit)
      cannot(fmt::format("chunks of at most {} bytes expected, larger ones found", limit));
    else if (m_dataset.chunks.empty())
      m_tensor.storage = fillSource(m_file->name(), m_dataset);
    else
      m_tensor.storage = chunkedSource(m_file, m_dataset);
    return {};
  }

  const Hdf5Dataset& m_dataset;
  const std::shared_ptr<const ByteSource>& m_file;
  const OpenOptions& m_options;
  TensorInfo m_tensor;
};

}  // namespace

Result<TensorInfo> hdf5Tensor(const Hdf5Dataset& dataset, const std::shared_ptr<const ByteSource>& file,
                              const OpenOptions& options) {
  return Placer(dataset, file, options).run();
}

}  // namespace ulpscope
