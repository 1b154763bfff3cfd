// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/gguf_inside.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/checkpoint/zip_archive.h"

namespace ulpscope {
namespace {

/// Executables for Linux, and those for several systems at once ("actually portable"), which begin as for Windows or as
/// a shell script.
constexpr std::array<std::string_view, 3> kPrograms{
    "\x7F"
    "ELF",
    "MZqFpD", "jartsr='"};

template <class Beginnings>
Result<bool> beginsWithOneOf(const ByteSource& file, const Beginnings& beginnings) {
  std::array<char, 8> bytes{};
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), bytes.size()));
  if (auto read = file.read(0, std::as_writable_bytes(std::span(bytes).first(size))); !read)
    return tl::unexpected(std::move(read.error()));
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view beginning) {
    return std::string_view(bytes.data(), size).starts_with(beginning);
  });
}

}  // namespace

bool beginsLikeGguf(const ByteSource& file) {
  return beginsWithOneOf(file, std::array<std::string_view, 1>{"GGUF"}).value_or(false);
}

Result<InnerGguf> findGgufInProgram(const std::shared_ptr<const ByteSource>& file, const Limits& limits) {
  const Result<bool> program = beginsWithOneOf(*file, kPrograms);
  if (!program) return tl::unexpected(program.error());
  if (!*program) return fail(Errc::NotFound, "a GGUF file or a program with one inside expected", file->name(), 0);
  const auto archive = ZipArchive::open(file, limits, ZipArchive::LocalHeaders::Ignore);
  if (!archive) return tl::unexpected(archive.error());
  for (const ZipMember& member : archive->members()) {
    if (member.method != 0 || member.encrypted || !member.name.ends_with(".gguf")) continue;
    auto bytes = archive->source(member);
    if (!bytes) return tl::unexpected(std::move(bytes.error()));
    if (beginsLikeGguf(**bytes)) return InnerGguf{member.name, std::move(*bytes)};
  }
  return fail(Errc::NotFound, "a program with a GGUF file inside expected, none found in it", file->name());
}

}  // namespace ulpscope
