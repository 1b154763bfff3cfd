// SPDX-License-Identifier: Apache-2.0
//
// Method (a byte: 0 as it is, 1 zlib), bytes of the payload (a number as byte_codec.h writes it), the payload, CRC-32
// of the label and all that was before (4 bytes, little-endian). A CRC finds accidents, not intent.
#include "core/cache/sealed.h"

#include <zlib.h>

#include "core/cache/byte_codec.h"

namespace ulpscope {
namespace {

constexpr std::size_t kChecksum = sizeof(std::uint32_t);
constexpr std::size_t kWorthCompressing = 256;
constexpr std::uint64_t kMostInflation = 1032;  ///< of deflate: a match of 258 bytes in 2 bits

const Bytef* bytesOf(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

std::uint32_t checksum(std::string_view label, std::string_view content) {
  uLong crc = ::crc32_z(0, nullptr, 0);
  crc = ::crc32_z(crc, bytesOf(label), label.size());
  return static_cast<std::uint32_t>(::crc32_z(crc, bytesOf(content), content.size()));
}

/// Empty where that is no smaller.
std::string compressed(std::string_view payload) {
  if (payload.size() < kWorthCompressing) return {};
  uLongf size = ::compressBound(payload.size());
  std::string packed(size, '\0');
  if (::compress2(reinterpret_cast<Bytef*>(packed.data()), &size, bytesOf(payload), payload.size(), Z_BEST_SPEED) !=
          Z_OK ||
      size >= payload.size())
    return {};
  packed.resize(size);
  return packed;
}

}  // namespace

std::string seal(std::string_view payload, std::string_view label) {
  const std::string packed = compressed(payload);
  ByteWriter out;
  out.number(packed.empty() ? 0 : 1);
  out.number(payload.size());
  out.bytes(packed.empty() ? payload : packed);
  std::string sealed = std::move(out).take();
  ByteWriter sum;
  sum.fixed(checksum(label, sealed));
  return sealed + std::move(sum).take();
}

std::optional<std::string> unseal(std::string_view sealed, std::string_view label, std::uint64_t most) {
  if (sealed.size() < kChecksum) return std::nullopt;
  const std::string_view content = sealed.substr(0, sealed.size() - kChecksum);
  if (ByteReader(sealed.substr(content.size())).fixed<std::uint32_t>() != checksum(label, content)) return std::nullopt;
  ByteReader in(content);
  const bool isPacked = in.number(1) == 1;
  const std::uint64_t size = in.number(most);
  if (!in.ok()) return std::nullopt;
  const std::string_view stored = in.bytes(in.left());
  if (!isPacked) return stored.size() == size ? std::optional<std::string>(stored) : std::nullopt;
  if (size / kMostInflation > stored.size()) return std::nullopt;
  std::string payload(static_cast<std::size_t>(size), '\0');
  uLongf inflated = payload.size();
  uLong read = stored.size();
  if (::uncompress2(reinterpret_cast<Bytef*>(payload.data()), &inflated, bytesOf(stored), &read) != Z_OK ||
      inflated != size || read != stored.size())
    return std::nullopt;
  return payload;
}

}  // namespace ulpscope
