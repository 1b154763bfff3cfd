// SPDX-License-Identifier: Apache-2.0
//
// NumPy's .npy (numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
//
//   file   = "\x93NUMPY" major minor length header data
//   length = u16 in version 1, u32 in versions 2 and 3, little-endian
//   header = a Python dictionary literal, padded with spaces and ended by a newline so that data begin on a multiple of
//   64:
//            {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//   data   = the elements, in C order here
#include "core/report/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/base/byte_source.h"
#include "core/base/checked.h"
#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;
constexpr std::uint32_t kHeaderLimit = 65'536;  ///< real ones have 128 bytes
constexpr std::size_t kRankLimit = 64;          ///< NumPy's own

struct Header {
  std::string descr;
  bool fortranOrder = false;
  std::vector<std::uint64_t> shape;
};

/// The dictionary literal, as far as NumPy writes it: strings, True, False and tuples of whole numbers.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : m_text(text) {}

  std::optional<Header> parse() {
    Header header;
    bool sawDescr = false, sawOrder = false, sawShape = false;
    if (!take('{')) return std::nullopt;
    while (!take('}')) {
      const std::optional<std::string> key = string();
      if (!key || !take(':')) return std::nullopt;
      if (*key == "descr" && !std::exchange(sawDescr, true)) {
        std::optional<std::string> value = string();
        if (!value) return std::nullopt;
        header.descr = std::move(*value);
      } else if (*key == "fortran_order" && !std::exchange(sawOrder, true)) {
        header.fortranOrder = takeWord("True");
        if (!header.fortranOrder && !takeWord("False")) return std::nullopt;
      } else if (*key == "shape" && !std::exchange(sawShape, true)) {
        if (!tuple(header.shape)) return std::nullopt;
      } else {
        return std::nullopt;
      }
      if (take(',')) continue;
      if (!take('}')) return std::nullopt;
      break;
    }
    skipSpace();
    if (!m_text.empty() || !sawDescr || !sawOrder || !sawShape) return std::nullopt;
    return header;
  }

 private:
  void skipSpace() { m_text.remove_prefix(std::min(m_text.find_first_not_of(" \t\r\n"), m_text.size())); }
  bool takeWord(std::string_view word) {
    skipSpace();
    if (!m_text.starts_with(word)) return false;
    m_text.remove_prefix(word.size());
    return true;
  }
  bool take(char c) { return takeWord({&c, 1}); }

  std::optional<std::string> string() {
    skipSpace();
    if (m_text.empty() || (m_text[0] != '\'' && m_text[0] != '"')) return std::nullopt;
    const std::size_t end = m_text.find(m_text[0], 1);
    if (end == m_text.npos) return std::nullopt;
    std::string value(m_text.substr(1, end - 1));
    m_text.remove_prefix(end + 1);
    return value;
  }

  bool tuple(std::vector<std::uint64_t>& values) {
    if (!take('(')) return false;
    while (!take(')')) {
      skipSpace();
      std::uint64_t value = 0;
      const auto [end, error] = std::from_chars(m_text.data(), m_text.data() + m_text.size(), value);
      if (error != std::errc() || values.size() == kRankLimit) return false;
      m_text.remove_prefix(static_cast<std::size_t>(end - m_text.data()));
      values.push_back(value);
      if (take(',')) continue;
      return take(')');
    }
    return true;
  }

  std::string_view m_text;
};

/// Bytes of an element of a `descr` of one plain, little-endian number: "<f4", "|u1".
std::optional<std::uint64_t> elementBytes(std::string_view descr) {
  if (descr.size() != 3 || (descr[0] != '<' && descr[0] != '|')) return std::nullopt;
  if (std::string_view("fiub").find(descr[1]) == std::string_view::npos) return std::nullopt;
  if (std::string_view("1248").find(descr[2]) == std::string_view::npos) return std::nullopt;
  if (descr[0] == '|' && descr[2] != '1') return std::nullopt;
  return static_cast<std::uint64_t>(descr[2] - '0');
}

/// The header's text and where the data begin.
struct RawHeader {
  std::string text;
  std::uint64_t dataBegin;
};
Result<RawHeader> readHeader(const ByteSource& file) {
  const auto corrupt = [&](std::string message, std::uint64_t offset) {
    return fail(Errc::Corrupt, std::move(message), file.name(), offset);
  };
  std::string start(8, '\0');
  if (file.size() < start.size()) return corrupt(fmt::format("at least 8 bytes expected, {} found", file.size()), 0);
  if (auto read = file.read(0, std::as_writable_bytes(std::span(start))); !read) return tl::unexpected(read.error());
  if (!start.starts_with(kMagic))
    return corrupt(fmt::format("a NumPy array expected, something else found, which begins with {}", inQuotes(start)),
                   0);
  const int major = static_cast<unsigned char>(start[6]);
  if (major < 1 || major > 3) return corrupt(fmt::format("version 1, 2 or 3 of .npy expected, {} found", major), 6);

  std::uint32_t length = 0;
  const std::size_t lengthBytes = major == 1 ? 2 : 4;
  if (auto read = file.read(8, std::as_writable_bytes(std::span(&length, 1)).first(lengthBytes)); !read)
    return tl::unexpected(read.error());
  const std::uint64_t begin = 8 + lengthBytes;
  if (length > kHeaderLimit)
    return fail(Errc::LimitExceeded, fmt::format("header of at most {} bytes expected, {} found", kHeaderLimit, length),
                file.name(), 8);
  if (length > file.size() - begin)
    return corrupt(fmt::format("header of {} bytes expected, {} bytes left", length, file.size() - begin), 8);
  RawHeader header{std::string(length, '\0'), begin + length};
  if (auto read = file.read(begin, std::as_writable_bytes(std::span(header.text))); !read)
    return tl::unexpected(read.error());
  return header;
}

}  // namespace

std::string npyHeader(std::string_view descr, std::span<const std::uint64_t> shape) {
  std::string dimensions;
  for (const std::uint64_t dimension : shape) dimensions += fmt::format("{}, ", dimension);
  if (shape.size() == 1)
    dimensions.pop_back();  // "(3,)": one element needs its comma
  else if (shape.size() > 1)
    dimensions.resize(dimensions.size() - 2);
  std::string dictionary = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, dimensions);
  const std::size_t unpadded = kMagic.size() + 4 + dictionary.size() + 1;
  dictionary.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  dictionary += '\n';
  std::string header(kMagic);
  header += {'\1', '\0', static_cast<char>(dictionary.size() & 0xFF), static_cast<char>(dictionary.size() >> 8)};
  return header + dictionary;
}

Result<> writeNpy(const std::filesystem::path& path, std::string_view descr, std::span<const std::uint64_t> shape,
                  std::span<const std::byte> data, AtomicFile::Existing existing) {
  Result<AtomicFile> file = AtomicFile::create(path, existing);
  if (!file) return tl::unexpected(file.error());
  if (auto written = file->write(npyHeader(descr, shape)); !written) return written;
  if (auto written = file->write(data); !written) return written;
  return file->commit();
}

Result<NpyArray> readNpy(const std::filesystem::path& path) {
  const auto file = openFile(path);
  if (!file) return tl::unexpected(file.error());
  const Result<RawHeader> raw = readHeader(**file);
  if (!raw) return tl::unexpected(raw.error());
  std::optional<Header> header = HeaderParser(raw->text).parse();
  const std::string& name = (*file)->name();
  if (!header)
    return fail(Errc::Corrupt,
                fmt::format("a dictionary of descr, fortran_order and shape expected, {} found", inQuotes(raw->text)),
                name);
  const std::optional<std::uint64_t> width = elementBytes(header->descr);
  if (!width)
    return fail(Errc::Unsupported,
                fmt::format("little-endian numbers expected, elements of type {} found", inQuotes(header->descr)),
                name);
  if (header->fortranOrder && header->shape.size() > 1)
    return fail(Errc::Unsupported, "elements in C order expected, Fortran order found", name);
  const std::optional<std::uint64_t> elements = checkedProduct(header->shape);
  const std::optional<std::uint64_t> bytes = elements ? checkedMultiply(*elements, *width) : std::nullopt;
  const std::uint64_t left = (*file)->size() - raw->dataBegin;
  if (!bytes || *bytes != left)
    return fail(Errc::Corrupt,
                fmt::format("{} elements of {} bytes expected, {} bytes found", bracketed(header->shape), *width, left),
                name, raw->dataBegin);
  NpyArray array{std::move(header->descr), std::move(header->shape), std::vector<std::byte>(*bytes)};
  if (auto read = (*file)->read(raw->dataBegin, array.data); !read) return tl::unexpected(read.error());
  return array;
}

}  // namespace ulpscope
