// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/core/checkpoint/little_endian.h"
#include "tests/core/checkpoint/pickle_builder.h"
#include "tests/core/checkpoint/zip_builder.h"

namespace ulpscope::test {

template <class T>
std::string bytesOf(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(std::data(values)), values.size() * sizeof(T)};
}

/// {"t": the tensor}, over one storage "0": a pickle.
inline std::string oneTensor(std::string_view type, std::int64_t elements, std::int64_t offset,
                             std::initializer_list<std::int64_t> size, std::initializer_list<std::int64_t> stride,
                             bool legacy = false) {
  PickleBuilder pickle;
  return pickle.op('}').text("t").tensor(type, "0", elements, offset, size, stride, legacy).op('s').stop();
}

/// An archive as torch.save writes it: `pickle` and the storages "0", "1", ...
inline std::string torchZip(const std::string& pickle, const std::vector<std::string>& storages,
                            const std::string& byteOrder = "", std::uint16_t method = 0) {
  ZipBuilder zip;
  zip.add("r/data.pkl", pickle, method);
  if (!byteOrder.empty()) zip.add("r/byteorder", byteOrder);
  for (std::size_t i = 0; i < storages.size(); ++i) zip.add("r/data/" + std::to_string(i), storages[i], method);
  return zip.bytes();
}

inline std::string legacyMagic() {
  return std::string("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.", 15);
}

/// The old format: key, elements and bytes of each storage.
struct LegacyStorage {
  std::string key;
  std::int64_t elements;
  std::string bytes;
};
inline std::string legacyFile(const std::string& object, const std::vector<LegacyStorage>& storages,
                              bool littleEndian = true) {
  std::string file = legacyMagic() + PickleBuilder().op('M').number(std::uint16_t{1001}).stop();
  file += PickleBuilder().op('}').text("little_endian").op(littleEndian ? '\x88' : '\x89').op('s').stop();
  file += object;
  PickleBuilder keys;
  keys.op(']').op('(');
  for (const LegacyStorage& storage : storages) keys.text(storage.key);
  file += keys.op('e').stop();
  for (const LegacyStorage& storage : storages) file += le(storage.elements) + storage.bytes;
  return file;
}

/// A tar archive of files; a kind other than '0' as it is given.
struct TarEntry {
  std::string name;
  std::string content;
  char kind = '0';
  std::string size = {};  ///< the field, where it is not to be right
};
inline std::string octal(std::size_t value, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t i = digits; i-- > 0; value >>= 3) text[i] = static_cast<char>('0' + (value & 7));
  return text;
}
inline std::string tarFile(const std::vector<TarEntry>& entries) {
  std::string file;
  for (const TarEntry& entry : entries) {
    std::string header(512, '\0');
    header.replace(0, entry.name.size(), entry.name);
    header.replace(124, 11, entry.size.empty() ? octal(entry.content.size(), 11) : entry.size);
    header.replace(148, 8, 8, ' ');
    header[156] = entry.kind;
    std::size_t sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    header.replace(148, 7, octal(sum, 6) + '\0');
    file += header + entry.content;
    file.resize((file.size() + 511) / 512 * 512);
  }
  return file + std::string(1024, '\0');
}

/// What the tar of 2016 holds for one storage, number 1, of four floats, seen by one tensor, number 9.
inline std::vector<TarEntry> tarMembers(const std::string& pickle) {
  const std::string none(4, '\0');
  return {
      {"storages", PickleBuilder().op('K').raw("\1").stop() +
                       PickleBuilder().op('K').raw("\1").text("cpu").global("torch", "FloatStorage").op('\x87').stop() +
                       le(std::int64_t{4}) + std::string(16, '\x3F') + PickleBuilder().op(']').stop()},
      {"tensors", PickleBuilder().op('K').raw("\1").stop() +
                      PickleBuilder().op('K').raw("\x09").op('K').raw("\1").op('N').op('\x87').stop() +
                      le(std::int32_t{2}) + none + le(std::int64_t{2}) + le(std::int64_t{2}) + le(std::int64_t{1}) +
                      le(std::int64_t{2}) + le(std::int64_t{0})},
      {"pickle", pickle}};
}

}  // namespace ulpscope::test
