// SPDX-License-Identifier: Apache-2.0
//
//   archive = (header content)* and two blocks of zeros; everything in blocks of 512 bytes
//   header  = name[100] mode[8] uid[8] gid[8] size[12] time[12] checksum[8] kind[1] link[100] magic[8] ... prefix[155]
//             Numbers are octal digits up to a blank or zero byte, or, where the first bit is set, binary and
//             big-endian. The checksum is the sum of the header's bytes with blanks in place of the checksum.
//   content = size bytes, filled up with zeros; links have none
#include "core/checkpoint/torch/tar_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kBlock = 512;
constexpr std::size_t kSize = 124, kChecksum = 148, kKind = 156;

using Header = std::array<char, kBlock>;

std::string_view field(const Header& header, std::size_t begin, std::size_t size) {
  const std::string_view whole(header.data() + begin, size);
  return whole.substr(0, whole.find('\0'));
}

std::optional<std::uint64_t> numberAt(const Header& header, std::size_t begin, std::size_t size) {
  if (static_cast<unsigned char>(header[begin]) & 0x80) {
    std::uint64_t value = static_cast<unsigned char>(header[begin]) & 0x7F;
    for (std::size_t i = 1; i < size; ++i) {
      if (value >> 56 != 0) return std::nullopt;
      value = value << 8 | static_cast<unsigned char>(header[begin + i]);
    }
    return value;
  }
  std::string_view digits = field(header, begin, size);
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  digits = digits.substr(0, digits.find(' '));
  if (digits.empty() || digits.find_first_not_of("01234567") != digits.npos) return std::nullopt;
  std::uint64_t value = 0;  // at most 12 digits of 3 bits
  for (const char digit : digits) value = value << 3 | static_cast<std::uint64_t>(digit - '0');
  return value;
}

bool hasRightChecksum(const Header& header) {
  std::uint64_t sum = 8 * ' ';
  for (std::size_t i = 0; i < header.size(); ++i)
    if (i < kChecksum || i >= kChecksum + 8) sum += static_cast<unsigned char>(header[i]);
  return numberAt(header, kChecksum, 8) == sum;
}

}  // namespace

bool beginsLikeTar(const ByteSource& file) {
  Header header{};
  return file.size() >= 2 * kBlock && file.read(0, std::as_writable_bytes(std::span(header))) && header[0] != '\0' &&
         hasRightChecksum(header);
}

Result<std::vector<TarMember>> readTar(const ByteSource& file, const Limits& limits, const JobContext& job) {
  std::vector<TarMember> members;
  for (std::uint64_t at = 0; at < file.size();) {
    if (auto going = job.step(0); !going) return tl::unexpected(going.error());
    if (file.size() - at < kBlock)
      return fail(Errc::Corrupt, fmt::format("a tar header of {} bytes expected, {} left", kBlock, file.size() - at),
                  file.name(), at);
    Header header{};
    if (auto read = file.read(at, std::as_writable_bytes(std::span(header))); !read)
      return tl::unexpected(read.error());
    if (std::ranges::all_of(header, [](char c) { return c == '\0'; })) break;
    if (!hasRightChecksum(header))
      return fail(Errc::Corrupt, "a tar header with the right checksum expected, another found", file.name(), at);
    const auto size = numberAt(header, kSize, 12);
    TarMember member{std::string(field(header, 0, 100)), header[kKind] == '\0' ? '0' : header[kKind], at + kBlock, 0};
    const bool hasContent = member.kind < '1' || member.kind > '6';  // links, devices, folders and FIFOs have none
    if (!size || (hasContent && *size > file.size() - member.offset))
      return fail(Errc::Corrupt,
                  fmt::format("member {}: a size of at most {} bytes expected, {} found", inQuotes(member.name),
                              file.size() - member.offset, size ? std::to_string(*size) : "none"),
                  file.name(), at + kSize);
    if (members.size() >= limits.zipEntries)
      return fail(Errc::LimitExceeded,
                  fmt::format("at most {} members of an archive expected, more found", limits.zipEntries), file.name(),
                  at);
    member.size = hasContent ? *size : 0;
    at = member.offset + (member.size + kBlock - 1) / kBlock * kBlock;
    members.push_back(std::move(member));
  }
  return members;
}

}  // namespace ulpscope
