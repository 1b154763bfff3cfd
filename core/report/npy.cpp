// SPDX-License-Identifier: Apache-2.0
#include "core/report/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/byte_source.h"
#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/npy_header.h"

namespace ulpscope {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;

/// Bytes of an element of a `descr` of one plain, little-endian number: "<f4", "|u1".
std::optional<std::uint64_t> elementBytes(std::string_view descr) {
  if (descr.size() != 3 || (descr[0] != '<' && descr[0] != '|')) return std::nullopt;
  if (std::string_view("fiub").find(descr[1]) == std::string_view::npos) return std::nullopt;
  if (std::string_view("1248").find(descr[2]) == std::string_view::npos) return std::nullopt;
  if (descr[0] == '|' && descr[2] != '1') return std::nullopt;
  return static_cast<std::uint64_t>(descr[2] - '0');
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
  Result<NpyHeader> header = readNpyHeader(**file, Limits());
  if (!header) return tl::unexpected(std::move(header.error()));
  const std::string& name = (*file)->name();
  const std::optional<std::uint64_t> width = header->structured ? std::nullopt : elementBytes(header->descr);
  if (!width)
    return fail(Errc::Unsupported,
                fmt::format("little-endian numbers expected, elements of type {} found", inQuotes(header->descr)),
                name);
  if (header->fortranOrder && header->shape.size() > 1)
    return fail(Errc::Unsupported, "elements in C order expected, Fortran order found", name);
  const std::optional<std::uint64_t> elements = checkedProduct(header->shape);
  const std::optional<std::uint64_t> bytes = elements ? checkedMultiply(*elements, *width) : std::nullopt;
  const std::uint64_t left = (*file)->size() - header->dataBegin;
  if (!bytes || *bytes != left)
    return fail(Errc::Corrupt,
                fmt::format("{} elements of {} bytes expected, {} bytes found", bracketed(header->shape), *width, left),
                name, header->dataBegin);
  NpyArray array{std::move(header->descr), std::move(header->shape), std::vector<std::byte>(*bytes)};
  if (auto read = (*file)->read(header->dataBegin, array.data); !read) return tl::unexpected(read.error());
  return array;
}

}  // namespace ulpscope
