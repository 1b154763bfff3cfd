// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/packed_elements.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kBatch = 64 << 10;  ///< elements; a multiple of 8, which always fill bytes

template <class Value>
std::shared_ptr<const ByteSource> widened(const ElementType& type, std::uint64_t elements,
                                          std::shared_ptr<const ByteSource> packed) {
  const auto make = [&type, packed](std::uint64_t first, std::span<std::byte> out) -> Result<> {
    const std::uint64_t count = out.size() / sizeof(Value);
    std::vector<double> values;
    for (std::uint64_t done = 0; done < count; done += values.size()) {
      values.resize(std::min(kBatch, count - done));
      if (auto read = readPackedElements(*packed, type, first + done, values); !read) return read;
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto value = static_cast<Value>(values[i]);
        std::memcpy(out.data() + (done + i) * sizeof value, &value, sizeof value);
      }
    }
    return {};
  };
  return derivedSource({.name = packed->name(),
                        .size = elements * sizeof(Value),
                        .unitBytes = sizeof(Value),
                        .make = make,
                        .from = {packed}});
}

}  // namespace

std::optional<std::uint64_t> packedBytes(const ElementType& type, std::uint64_t elements) {
  const auto bits = checkedMultiply(elements, static_cast<std::uint64_t>(type.bits));
  if (!bits) return byteSize(type, elements);  // whole bytes have fewer than bits
  return divideRoundingUp(*bits, 8);
}

Result<> readPackedElements(const ByteSource& packed, const ElementType& type, std::uint64_t first,
                            std::span<double> values) {
  if (values.empty()) return {};
  // From the group of 8 in which the first lies to that in which the last does; what the file lacks of it is zero.
  const auto bits = static_cast<std::uint64_t>(type.bits);
  const std::uint64_t firstGroup = first / 8;
  const std::uint64_t groups = (first + values.size() - 1) / 8 + 1 - firstGroup;
  std::vector<std::byte> bytes(groups * bits);
  const std::uint64_t begin = firstGroup * bits;
  const auto stored = std::span(bytes).first(std::min<std::uint64_t>(bytes.size(), packed.size() - begin));
  if (auto read = packed.read(begin, stored); !read) return read;
  std::vector<double> decoded(groups * 8);
  decodeElements(type, bytes, std::span(decoded));
  std::copy_n(decoded.begin() + static_cast<std::ptrdiff_t>(first - firstGroup * 8), values.size(), values.begin());
  return {};
}

void readFromPacked(TensorInfo& tensor, std::shared_ptr<const ByteSource> packed) {
  const ElementType& type = *tensor.type;
  if (byteSize(type, tensor.elements)) {
    tensor.storage = std::move(packed);
    return;
  }
  const bool isInteger = type.name.front() == 'I' || type.name.front() == 'U';
  const std::string_view wide = !isInteger ? "F32" : type.name.front() == 'I' ? "I8" : "U8";
  if (!isInteger)
    tensor.storage = widened<float>(type, tensor.elements, std::move(packed));
  else if (type.name.front() == 'I')
    tensor.storage = widened<std::int8_t>(type, tensor.elements, std::move(packed));
  else
    tensor.storage = widened<std::uint8_t>(type, tensor.elements, std::move(packed));
  tensor.type = findElementType(wide);
}

}  // namespace ulpscope
