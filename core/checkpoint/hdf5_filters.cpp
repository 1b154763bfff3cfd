// SPDX-License-Identifier: Apache-2.0
//
// The filters of HDF5 chunks (HDF5 File Format Specification 3.0, IV.A.2.l, and H5Zpublic.h). On writing they are
// applied in the order of the list, so reading goes backwards:
//
//   1 deflate     one zlib stream
//   2 shuffle     the first bytes of all elements, then the second bytes, ...; what is left over at the end stays there
//   3 fletcher32  four bytes behind the data: a Fletcher checksum of its 16-bit big-endian words, little-endian
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/hdf5_chunks.h"

namespace ulpscope {
namespace {

constexpr std::uint32_t kDeflate = 1;
constexpr std::uint32_t kShuffle = 2;
constexpr std::uint32_t kFletcher32 = 3;
constexpr std::size_t kChecksumBytes = 4;

std::string_view knownName(std::uint32_t id) {
  constexpr std::pair<std::uint32_t, std::string_view> kNames[] = {
      {4, "szip"},      {5, "nbit"},    {6, "scaleoffset"},    {305, "lzo"},   {307, "bzip2"},  {32000, "lzf"},
      {32001, "blosc"}, {32004, "lz4"}, {32008, "bitshuffle"}, {32013, "zfp"}, {32015, "zstd"}, {32026, "blosc2"},
  };
  const auto* const found =
      std::find_if(std::begin(kNames), std::end(kNames), [&](auto& name) { return name.first == id; });
  return found != std::end(kNames) ? found->second : std::string_view();
}

/// Both sums fold their carries in as they go, so that a multiple of 65,535 above zero stays 65,535.
std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  constexpr std::size_t kBlock = 1 << 16;  // the second sum of 2^15 words below 2^16 stays below 2^46
  const auto fold = [](std::uint64_t sum) { return sum == 0 ? 0 : (sum - 1) % 0xFFFF + 1; };
  std::uint64_t first = 0, second = 0;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(kBlock, bytes.size()))) {
    const auto block = bytes.first(std::min(kBlock, bytes.size()));
    for (std::size_t i = 0; i < block.size(); i += 2) {
      first += std::to_integer<std::uint64_t>(block[i]) << 8;
      if (i + 1 < block.size()) first += std::to_integer<std::uint64_t>(block[i + 1]);
      second += first;
    }
    first = fold(first);
    second = fold(second);
  }
  return static_cast<std::uint32_t>(second << 16 | first);
}

/// A zlib stream that yields exactly `bytes` bytes; empty where it does not.
std::vector<std::byte> inflateExactly(std::span<const std::byte> stored, std::size_t bytes) {
  std::vector<std::byte> out(bytes);
  auto got = static_cast<uLongf>(bytes);
  auto used = static_cast<uLong>(stored.size());
  const int outcome =
      uncompress2(reinterpret_cast<Bytef*>(out.data()), &got, reinterpret_cast<const Bytef*>(stored.data()), &used);
  if (outcome != Z_OK || got != bytes) out.clear();
  return out;
}

std::vector<std::byte> unshuffle(std::span<const std::byte> bytes, std::size_t elementBytes) {
  std::vector<std::byte> out(bytes.begin(), bytes.end());
  const std::size_t elements = bytes.size() / elementBytes;
  for (std::size_t part = 0; part < elementBytes; ++part)
    for (std::size_t i = 0; i < elements; ++i) out[i * elementBytes + part] = bytes[part * elements + i];
  return out;
}

bool applies(std::uint32_t mask, std::size_t filter) { return (mask >> filter & 1) == 0; }

}  // namespace

std::string unsupportedFilter(const std::vector<Hdf5Filter>& filters) {
  int deflates = 0;
  for (const Hdf5Filter& filter : filters) {
    if (filter.id == 0 || filter.id > kFletcher32) {
      const std::string_view known = knownName(filter.id);
      const std::string name = known.empty() ? printable(filter.name) : std::string(known);
      return fmt::format("filter {}{} is not supported", filter.id, name.empty() ? "" : fmt::format(" ({})", name));
    }
    if (filter.id == kShuffle && (filter.values.empty() || filter.values[0] == 0))
      return "filter 2 (shuffle) does not name the size of an element";
    if (filter.id == kDeflate && ++deflates > 1) return "filter 1 (deflate) twice is not supported";
  }
  return "";
}

Result<std::vector<std::byte>> decodeHdf5Chunk(std::vector<std::byte> stored, const std::vector<Hdf5Filter>& filters,
                                               std::uint32_t mask, std::size_t bytes, const std::string& subject,
                                               std::uint64_t offset) {
  const auto corrupt = [&](std::string message) { return fail(Errc::Corrupt, std::move(message), subject, offset); };
  std::vector<std::byte> data = std::move(stored);
  for (std::size_t i = filters.size(); i-- > 0;) {
    if (!applies(mask, i)) continue;
    switch (filters[i].id) {
      case kDeflate: {
        std::size_t expected = bytes;
        for (std::size_t before = 0; before < i; ++before)
          if (filters[before].id == kFletcher32 && applies(mask, before)) expected += kChecksumBytes;
        // DEFLATE yields at most 1032 times its bytes: what is more is not worth allocating.
        if (expected / 1032 > data.size())
          return corrupt(fmt::format("a chunk of {} bytes expected, but {} compressed bytes cannot yield them",
                                     expected, data.size()));
        const std::size_t compressed = data.size();
        data = inflateExactly(data, expected);
        if (data.size() != expected)
          return corrupt(
              fmt::format("a chunk that inflates to {} bytes expected, {} damaged ones found", expected, compressed));
        break;
      }
      case kShuffle:
        if (filters[i].values[0] > 1) data = unshuffle(data, filters[i].values[0]);
        break;
      default: {
        if (data.size() < kChecksumBytes) return corrupt("a checksum behind the chunk expected, none found");
        std::uint32_t stated = 0;
        std::memcpy(&stated, data.data() + data.size() - kChecksumBytes, kChecksumBytes);
        data.resize(data.size() - kChecksumBytes);
        const std::uint32_t found = fletcher32(data);
        // HDF5 before 1.6.3 wrote the bytes of each half the other way round on little-endian machines.
        const std::uint32_t old = (found & 0x00FF00FFu) << 8 | (found & 0xFF00FF00u) >> 8;
        if (stated != found && stated != old)
          return corrupt(fmt::format("a chunk with checksum {:08x} expected, {:08x} found", stated, found));
      }
    }
  }
  if (data.size() != bytes) return corrupt(fmt::format("a chunk of {} bytes expected, {} found", bytes, data.size()));
  return data;
}

}  // namespace ulpscope
