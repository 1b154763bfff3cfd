// SPDX-License-Identifier: Apache-2.0
//
// Elements in the fields of a TensorProto that hold numbers, one by one or in runs.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/onnx/tensor_list.h"
#include "core/checkpoint/packed_elements.h"

namespace ulpscope {
namespace {

/// `codes`, one a byte, as a run of `bits` bits each.
std::vector<std::byte> packCodes(std::span<const std::byte> codes, int bits) {
  const auto width = static_cast<std::size_t>(bits);
  std::vector<std::byte> packed((codes.size() * width + 7) / 8);
  for (std::size_t i = 0; i < codes.size(); ++i)
    for (std::size_t bit = 0; bit < width; ++bit)
      if ((codes[i] >> bit & std::byte{1}) != std::byte{0})
        packed[(i * width + bit) / 8] |= std::byte{1} << ((i * width + bit) % 8);
  return packed;
}

}  // namespace

/// In place where they lie as elements do: fixed in width, in one run. Otherwise decoded, into memory.
Result<> OnnxTensorList::placeNumbers(const OnnxTensor& tensor, const OnnxTensor::Numbers& numbers, TensorInfo& info) {
  const ElementType& type = *info.type;
  const bool isFixed = numbers.field == OnnxField::Float || numbers.field == OnnxField::Double;
  const std::size_t width = numbers.field == OnnxField::Float    ? 4
                            : numbers.field == OnnxField::Double ? 8
                                                                 : static_cast<std::size_t>(std::max(1, type.bits / 8));
  // Two or four elements a number for types of 4 and 2 bits, two numbers an element for complex ones.
  const bool sharesNumbers = type.bits == 4 || type.bits == 2;
  const auto count = sharesNumbers ? packedBytes(type, info.elements)
                     : isFixed     ? checkedMultiply(info.elements, static_cast<std::uint64_t>(type.bits) / 8 / width)
                                   : info.elements;
  if (!count || *count > numbers.bytes)
    return fail(Errc::Corrupt, fmt::format("the numbers of a shape of {} expected, at most {} found",
                                           bracketed(info.shape), numbers.bytes));
  info.offset = numbers.last.begin;
  if (isFixed && numbers.times == 1) {
    info.bytes = numbers.last.length;
    if (info.bytes != *count * width)
      return fail(Errc::Corrupt, fmt::format("{} bytes of data expected, {} found", *count * width, info.bytes));
    return {};
  }
  info.offset = tensor.begin;
  info.bytes = numbers.bytes;
  auto gathered = gather(tensor, numbers, *count, width);
  if (!gathered) return tl::unexpected(gathered.error());
  if (type.bits == 6) gathered = packCodes(*gathered, type.bits);
  readFromPacked(info, memorySource(m_cursor.source().name(), std::move(*gathered)));
  return {};
}

/// `count` numbers of `width` bytes each.
Result<std::vector<std::byte>> OnnxTensorList::gather(const OnnxTensor& tensor, const OnnxTensor::Numbers& numbers,
                                                      std::uint64_t count, std::size_t width) {
  // Of no more bytes than the field has, or eight times as many for integers, whose shortest has one.
  if (!takeMemory(count * width))
    return fail(
        Errc::LimitExceeded,
        fmt::format("at most {} bytes expected that must be decoded, more found; saved as raw data it can be read",
                    m_context.options.limits.inflatedBytes));
  std::vector<std::byte> bytes;
  bytes.reserve(count * width);
  const auto tooMany = [&] { return fail(Errc::Corrupt, fmt::format("{} numbers expected, more found", count)); };
  const WireMessage message(m_cursor, tensor.begin, tensor.end);
  auto walked = eachField(message, [&](const WireField& field) -> Result<> {
    if (field.number != static_cast<std::uint32_t>(numbers.field)) return {};
    if (auto going = m_context.job.step(0); !going) return going;
    if (field.type == WireType::Fixed32 || field.type == WireType::Fixed64 ||
        (field.type == WireType::Bytes && (numbers.field == OnnxField::Float || numbers.field == OnnxField::Double))) {
      if (field.length % width != 0)
        return fail(Errc::Corrupt, fmt::format("numbers of {} bytes expected, {} bytes found", width, field.length));
      if (field.length > count * width - bytes.size()) return tooMany();
      bytes.resize(bytes.size() + field.length);
      return m_cursor.source().read(field.begin, std::span(bytes).last(field.length));
    }
    return eachVarint(message, field, [&](std::uint64_t number) -> Result<> {
      if (bytes.size() == count * width) return tooMany();
      if (numbers.field == OnnxField::Int32) number = static_cast<std::uint64_t>(static_cast<std::int32_t>(number));
      // What fits as a number with or without a sign gives its low bytes, as in ONNX's own arrays.
      const auto value = static_cast<std::int64_t>(number);
      const int bits = static_cast<int>(8 * width);
      if (bits < 64 && (value >= std::int64_t{1} << bits || value < -(std::int64_t{1} << (bits - 1))))
        return fail(Errc::Corrupt, fmt::format("numbers of {} bits expected, {} found", bits, value));
      const auto* const low = reinterpret_cast<const std::byte*>(&number);
      bytes.insert(bytes.end(), low, low + width);
      return {};
    });
  });
  if (!walked) return tl::unexpected(walked.error());
  if (bytes.size() != count * width)
    return fail(Errc::Corrupt, fmt::format("{} numbers expected, {} found", count, bytes.size() / width));
  return bytes;
}

}  // namespace ulpscope
