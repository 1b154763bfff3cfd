// SPDX-License-Identifier: Apache-2.0
//
// The directory of a ZIP archive and the members it leads to, each read from front to back and then in parts.
#include <algorithm>
#include <vector>

#include "core/checkpoint/zip_archive.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/zip_structure.h"

namespace ulpscope {
namespace {

void readInParts(const ByteSource& source) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), 1 << 20));
  std::vector<std::byte> whole(size), part(size / 3);
  if (!source.read(0, whole)) return;
  for (const std::size_t offset : {size - part.size(), size / 2, std::size_t{0}}) {
    const auto wanted = std::span(part).first(std::min(part.size(), size - offset));
    require(source.read(offset, wanted) ? "" : "a part that cannot be read of what can be read whole");
    require(std::equal(wanted.begin(), wanted.end(), whole.begin() + static_cast<std::ptrdiff_t>(offset))
                ? ""
                : "other bytes when read in parts");
  }
}

}  // namespace

void fuzzOne(std::span<const std::byte> input) {
  const auto file = memorySource("fuzz", {input.begin(), input.end()});
  ZipArchive::isZip(*file);
  const auto archive = ZipArchive::open(file, Limits());
  if (!archive) {
    require(archive.error().message.empty() ? "an error without a message" : "");
    return;
  }
  std::size_t read = 0;
  for (const ZipMember& member : archive->members()) {
    const ZipMember* const found = archive->find(member.name);
    require(found && found->name == member.name ? "" : "a member that is not found by its name");
    const auto source = archive->source(member);
    if (!source) continue;
    require((*source)->size() == member.size ? "" : "a member of another size than the directory says");
    require(archive->dataOffset(member) ? "" : "a member without a place");
    if (read++ < 16) readInParts(**source);
  }
}

std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t) {
  repairZip(data.first(size));
  return size;
}

}  // namespace ulpscope
