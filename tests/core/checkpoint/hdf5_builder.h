// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ulpscope::test {

/// Writes small HDF5 files byte by byte (HDF5 File Format Specification 3.0: superblock version 2, object headers
/// version 2, links and attributes in the headers), sound or broken on purpose. Addresses count from the superblock.
class Hdf5Builder {
 public:
  static constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

  struct Message {
    std::uint8_t type;
    std::string body;
  };

  /// `size` bytes of a little-endian integer.
  static std::string number(std::uint64_t value, std::size_t size) {
    std::string bytes(size, '\0');
    std::memcpy(bytes.data(), &value, size);
    return bytes;
  }

  // Datatypes.
  static std::string floatType(std::uint8_t size, bool big = false) {
    switch (size) {
      case 2:
        return floatType(2, 15, 10, 5, 10, 15, big);
      case 4:
        return floatType(4, 31, 23, 8, 23, 127, big);
      default:
        return floatType(8, 63, 52, 11, 52, 1023, big);
    }
  }
  static std::string floatType(std::uint8_t size, std::uint8_t sign, std::uint8_t exponentAt, std::uint8_t exponentBits,
                               std::uint8_t fractionBits, std::uint32_t bias, bool big = false) {
    return number(0x11, 1) + number(0x20 | (big ? 1 : 0), 1) + number(sign, 1) + number(0, 1) + number(size, 4) +
           number(0, 2) + number(sign + 1u, 2) + number(exponentAt, 1) + number(exponentBits, 1) + number(0, 1) +
           number(fractionBits, 1) + number(bias, 4);
  }
  static std::string integerType(std::uint8_t size, bool isSigned, bool big = false) {
    return number(0x10, 1) + number((isSigned ? 8 : 0) | (big ? 1 : 0), 1) + number(0, 2) + number(size, 4) +
           number(0, 2) + number(size * 8u, 2);
  }
  static std::string textType(std::uint32_t size) { return number(0x13, 1) + number(0, 3) + number(size, 4); }
  static std::string opaqueType(std::uint32_t size) {
    return number(0x15, 1) + number(8, 1) + number(0, 2) + number(size, 4) + std::string(8, '\0');
  }
  /// To an object, or to a region of a dataset.
  static std::string referenceType(bool region) {
    return number(0x17, 1) + number(region, 1) + number(0, 2) + number(region ? 12 : 8, 4);
  }
  static std::string bitfieldType() {
    return number(0x14, 1) + number(0, 3) + number(1, 4) + number(0, 2) + number(8, 2);
  }
  static std::string sequenceType(const std::string& of) { return number(0x19, 1) + number(0, 3) + number(16, 4) + of; }
  static std::string arrayType(std::uint32_t count, std::uint32_t size, const std::string& of) {
    return number(0x3A, 1) + number(0, 3) + number(count * size, 4) + number(1, 1) + number(count, 4) + of;
  }
  /// Of one member.
  static std::string compoundType(std::uint32_t size, const std::string& of) {
    return number(0x36, 1) + number(1, 2) + number(0, 1) + number(size, 4) + "a" + '\0' + number(0, 1) + of;
  }
  static std::string boolType() { return enumType("FALSE", "TRUE"); }
  static std::string enumType(const std::string& zero, const std::string& one) {
    return number(0x38, 1) + number(2, 2) + number(0, 1) + number(1, 4) + integerType(1, true) + zero + '\0' + one +
           '\0' + number(0, 1) + number(1, 1);
  }

  // Messages.
  static Message space(const std::vector<std::uint64_t>& extent) {
    std::string body = number(2, 1) + number(extent.size(), 1) + number(0, 1) + number(extent.empty() ? 0 : 1, 1);
    for (const std::uint64_t each : extent) body += number(each, 8);
    return {1, std::move(body)};
  }
  static Message type(std::string datatype) { return {3, std::move(datatype)}; }
  static Message contiguous(std::uint64_t address, std::uint64_t size) {
    return {8, number(3, 1) + number(1, 1) + number(address, 8) + number(size, 8)};
  }
  /// Elements in other datasets, of which none is named.
  static Message virtualLayout() { return {8, number(4, 1) + number(3, 1) + number(kNowhere, 8) + number(0, 4)}; }
  static Message compact(const std::string& bytes) {
    return {8, number(3, 1) + number(0, 1) + number(bytes.size(), 2) + bytes};
  }
  /// All in one chunk, of which `stored` bytes lie at `address`.
  static Message oneChunk(const std::vector<std::uint64_t>& chunk, std::uint32_t elementBytes, std::uint64_t address,
                          std::uint64_t stored, std::uint32_t mask = 0) {
    std::string body = number(4, 1) + number(2, 1) + number(2, 1) + number(chunk.size() + 1, 1) + number(8, 1);
    for (const std::uint64_t each : chunk) body += number(each, 8);
    return {8,
            body + number(elementBytes, 8) + number(1, 1) + number(stored, 8) + number(mask, 4) + number(address, 8)};
  }
  /// Chunks behind each other from `address` on, with no index but their order.
  static Message chunksInARow(const std::vector<std::uint64_t>& chunk, std::uint32_t elementBytes,
                              std::uint64_t address) {
    std::string body = number(4, 1) + number(2, 1) + number(0, 1) + number(chunk.size() + 1, 1) + number(8, 1);
    for (const std::uint64_t each : chunk) body += number(each, 8);
    return {8, body + number(elementBytes, 8) + number(2, 1) + number(address, 8)};
  }
  struct Filter {
    std::uint16_t id;
    std::vector<std::uint32_t> values;
    std::string name = {};  ///< where the id is 256 or more
  };
  static Message filters(const std::vector<Filter>& list) {
    std::string body = number(2, 1) + number(list.size(), 1);
    for (const Filter& filter : list) {
      body += number(filter.id, 2);
      if (filter.id >= 256) body += number(filter.name.size() + 1, 2);
      body += number(0, 2) + number(filter.values.size(), 2);
      if (filter.id >= 256) body += filter.name + '\0';
      for (const std::uint32_t value : filter.values) body += number(value, 4);
    }
    return {0x0B, std::move(body)};
  }
  /// The fill value, written where nothing else is.
  static Message fill(const std::string& element) {
    return {5, number(3, 1) + number(0x20 | 2 << 2 | 2, 1) + number(element.size(), 4) + element};
  }
  /// Elements in the file whose name stands at `nameAt` of the local heap at `heap`.
  static Message externalFile(std::uint64_t heap, std::uint64_t nameAt, std::uint64_t size) {
    return {7, number(1, 1) + number(0, 3) + number(1, 2) + number(1, 2) + number(heap, 8) + number(nameAt, 8) +
                   number(0, 8) + number(size, 8)};
  }
  static Message attribute(const std::string& name, const std::string& datatype,
                           const std::vector<std::uint64_t>& extent, const std::string& data) {
    const std::string dataspace = space(extent).body;
    return {0x0C, number(3, 1) + number(0, 1) + number(name.size() + 1, 2) + number(datatype.size(), 2) +
                      number(dataspace.size(), 2) + number(0, 1) + name + '\0' + datatype + dataspace + data};
  }
  /// A text, or a list of texts of equal length.
  static Message text(const std::string& name, const std::string& value) {
    return attribute(name, textType(static_cast<std::uint32_t>(value.size())), {}, value);
  }
  static Message texts(const std::string& name, const std::vector<std::string>& values) {
    std::string data;
    for (const std::string& value : values) data += value;
    return attribute(name, textType(static_cast<std::uint32_t>(values.at(0).size())), {values.size()}, data);
  }
  static Message hardLink(const std::string& name, std::uint64_t object) { return link(name, 0, number(object, 8)); }
  static Message softLink(const std::string& name, const std::string& target) {
    return link(name, 1, number(target.size(), 2) + target);
  }
  static Message externalLink(const std::string& name, const std::string& file, const std::string& object) {
    return link(name, 64, number(file.size() + object.size() + 3, 2) + '\0' + file + '\0' + object + '\0');
  }

  // The file.
  std::uint64_t here() const { return 48 + m_bytes.size(); }
  std::uint64_t data(const std::string& bytes) {
    const std::uint64_t address = here();
    m_bytes += bytes;
    return address;
  }
  std::uint64_t object(const std::vector<Message>& messages) {
    std::string body;
    for (const Message& message : messages)
      body += number(message.type, 1) + number(message.body.size(), 2) + number(0, 1) + message.body;
    return data(checked("OHDR" + number(2, 1) + number(1, 1) + number(body.size(), 2) + body));
  }
  /// A group of links in its header, with attributes.
  std::uint64_t group(std::vector<Message> messages) {
    messages.insert(messages.begin(),
                    {{2, number(0, 2) + number(kNowhere, 8) + number(kNowhere, 8)}, {0x0A, number(0, 2)}});
    return object(messages);
  }
  /// A contiguous dataset of `bytes`.
  std::uint64_t dataset(const std::string& datatype, const std::vector<std::uint64_t>& extent, const std::string& bytes,
                        const std::vector<Message>& more = {}) {
    const std::uint64_t address = data(bytes);
    std::vector<Message> messages{space(extent), type(datatype), contiguous(address, bytes.size())};
    messages.insert(messages.end(), more.begin(), more.end());
    return object(messages);
  }

  /// The file whose root group is the object at `root`, behind `userBlock` bytes.
  std::string bytes(std::uint64_t root, std::uint64_t userBlock = 0) const {
    const std::string superblock =
        checked("\x89HDF\r\n\x1A\n" + number(2, 1) + number(8, 1) + number(8, 1) + number(0, 1) + number(userBlock, 8) +
                number(kNowhere, 8) + number(userBlock + here(), 8) + number(root, 8));
    return std::string(userBlock, 'u') + superblock + m_bytes;
  }

  /// `bytes` and their checksum: Bob Jenkins's lookup3 of the year 2006.
  static std::string checked(const std::string& bytes) { return bytes + number(lookup3(bytes), 4); }

 private:
  static Message link(const std::string& name, std::uint8_t kind, const std::string& target) {
    return {6, number(1, 1) + number(8, 1) + number(kind, 1) + number(name.size(), 1) + name + target};
  }

  static std::uint32_t turned(std::uint32_t x, int by) { return x << by | x >> (32 - by); }
  static std::uint32_t lookup3(std::string_view text) {
    std::uint32_t a = 0xDEADBEEF + static_cast<std::uint32_t>(text.size()), b = a, c = a;
    const auto word = [&](std::size_t at) {
      std::uint32_t value = 0;
      if (at < text.size()) std::memcpy(&value, text.data() + at, std::min<std::size_t>(4, text.size() - at));
      return value;
    };
    const auto add = [&](std::size_t at) {
      a += word(at);
      b += word(at + 4);
      c += word(at + 8);
    };
    std::size_t at = 0;
    for (; text.size() - at > 12; at += 12) {
      add(at);
      a -= c, a ^= turned(c, 4), c += b;
      b -= a, b ^= turned(a, 6), a += c;
      c -= b, c ^= turned(b, 8), b += a;
      a -= c, a ^= turned(c, 16), c += b;
      b -= a, b ^= turned(a, 19), a += c;
      c -= b, c ^= turned(b, 4), b += a;
    }
    if (at == text.size()) return c;
    add(at);
    c ^= b, c -= turned(b, 14);
    a ^= c, a -= turned(c, 11);
    b ^= a, b -= turned(a, 25);
    c ^= b, c -= turned(b, 16);
    a ^= c, a -= turned(c, 4);
    b ^= a, b -= turned(a, 14);
    c ^= b, c -= turned(b, 24);
    return c;
  }

  std::string m_bytes;  ///< behind the superblock
};

}  // namespace ulpscope::test
