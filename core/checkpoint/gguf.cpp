// SPDX-License-Identifier: Apache-2.0
//
// The GGUF container of ggml and llama.cpp (ggml's docs/gguf.md), versions 2 and 3:
//
//   file    = "GGUF" version tensors(u64) entries(u64) entry* tensor* padding data
//   version = u32: 2 or 3, which are laid out alike; version 1, with lengths of 32 bits, lived for two months of 2023
//   entry   = key(string) type(u32) value          metadata; keys are unique and not empty
//   string  = length(u64) bytes                    without a zero at the end
//   value   = types 0 to 12: u8 i8 u16 i16 u32 i32 f32 bool string array u64 i64 f64
//   array   = type(u32) count(u64) value*
//   tensor  = name(string) n(u32) extent(u64)[n] type(u32) offset(u64)
//             Names are unique, of at most 63 bytes; at most 4 dimensions, the fastest first, each below 2^63. The
//             types are ggml's (ggml/ggml_types.h); a row is a multiple of its type's block.
//   data    = begins at the next multiple of the alignment: the entry general.alignment, a u32 and a power of two, or
//             32. Each tensor has its `offset` in it, a multiple of the alignment; they follow each other in the
//             order of the list, each padded.
//
// All numbers, and the elements and blocks of the data, are little-endian, or big-endian in files for such machines,
// whose version shows it.
//
// A model may be split: PREFIX-00001-of-0000N.gguf and so on, each a GGUF file with a part of the tensors and the
// entries split.no (from 0), split.count and split.tensors.count (of all). The first has the metadata of the model.
#include <fmt/format.h>

#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/finding.h"
#include "core/checkpoint/gguf_header.h"
#include "core/checkpoint/gguf_inside.h"
#include "core/checkpoint/gguf_layout.h"
#include "core/checkpoint/gguf_split.h"

namespace ulpscope {
namespace {

/// Puts the files of a model together: one, or all of a split set.
class Opening {
 public:
  Opening(std::shared_ptr<const ByteSource> file, const OpenContext& context)
      : m_file(std::move(file)), m_context(context) {
    m_checkpoint.path = m_file->name();
    m_checkpoint.container = "gguf";
  }

  Result<Checkpoint> open() {
    auto header = readGgufHeader(*m_file, m_context);
    if (!header) return tl::unexpected(std::move(header.error()));
    const auto opened = header->split.count > 1 ? openSet(std::move(*header)) : add(m_file, std::move(*header), "");
    if (!opened) return tl::unexpected(opened.error());
    return std::move(m_checkpoint);
  }

 private:
  /// Damaged, or a warning where the user wants to see what is sound.
  Result<> damaged(const ByteSource& file, std::string message, std::optional<std::uint64_t> offset = {}) {
    if (!m_context.options.allowDamaged) return fail(Errc::Damaged, std::move(message), file.name(), offset);
    m_checkpoint.warnings.push_back(fmt::format("Opened although damaged: {}.", message));
    return {};
  }

  /// `who` stands before the file's warnings, where there are several files.
  Result<> add(const std::shared_ptr<const ByteSource>& file, GgufHeader header, const std::string& who) {
    const std::string damage = std::move(header.damage);
    const std::uint64_t damageOffset = header.damageOffset;
    if (who.empty())
      m_checkpoint.metadata = std::move(header.metadata);
    else
      for (auto& entry : header.metadata)
        if (m_keys.insert(entry.first).second) m_checkpoint.metadata.push_back(std::move(entry));
    const std::size_t first = m_checkpoint.warnings.size();
    m_checkpoint.warnings.insert(m_checkpoint.warnings.end(), std::make_move_iterator(header.warnings.begin()),
                                 std::make_move_iterator(header.warnings.end()));
    const auto number = static_cast<std::uint32_t>(m_checkpoint.files.size());
    m_checkpoint.files.push_back(file);
    if (auto placed = placeGgufTensors(std::move(header), file, number, m_checkpoint); !placed) return placed;
    if (!damage.empty())  // behind what nothing can be opened of
      if (auto open = damaged(*file, damage, damageOffset); !open) return open;
    if (!who.empty())
      for (std::size_t i = first; i < m_checkpoint.warnings.size(); ++i)
        m_checkpoint.warnings[i] = fmt::format("{}: {}", printable(who), m_checkpoint.warnings[i]);
    if (const std::uint64_t most = m_context.options.limits.tensors; m_checkpoint.tensors.size() > most)
      return fail(Errc::LimitExceeded, fmt::format("at most {} tensors expected, more found", most), file->name());
    return {};
  }

  Result<> openSet(GgufHeader header) {
    const GgufHeader::Split split = header.split;
    if (const std::uint64_t most = m_context.options.limits.shards; split.count > most)
      return fail(Errc::LimitExceeded, fmt::format("a model of at most {} files expected, {} found", most, split.count),
                  m_file->name());
    const std::optional<GgufSplitName> name = parseGgufSplitName(m_file->name());
    if (!name || name->count != split.count) {
      const std::string ending = GgufSplitName{"", split.number + 1, split.count}.sibling(split.number + 1);
      if (auto alone = damaged(*m_file, fmt::format("one of {} files of a model whose name ends in {} expected, "
                                                    "another name found, so that the others cannot be",
                                                    split.count, ending));
          !alone)
        return alone;
      return add(m_file, std::move(header), "");
    }
    for (std::uint64_t number = 1; number <= split.count; ++number) {
      if (auto going = m_context.job.step(0); !going) return going;
      const auto added = number == name->number ? addPart(m_file, std::move(header), *name, number, split)
                                                : openPart(*name, number, split);
      if (!added) return added;
    }
    return checkSet(split);
  }

  Result<> openPart(const GgufSplitName& name, std::uint64_t number, const GgufHeader::Split& split) {
    auto file = m_context.folder->open(name.sibling(number));
    if (!file && file.error().code == Errc::NotFound) {
      if (!m_context.options.allowDamaged)
        return fail(Errc::Damaged, fmt::format("a model of {} files expected, this one is missing", split.count),
                    file.error().subject);
      m_checkpoint.warnings.push_back(fmt::format("The file {} is missing.", printable(name.sibling(number))));
      return {};
    }
    if (!file) return tl::unexpected(std::move(file.error()));
    auto header = readGgufHeader(**file, m_context);
    if (!header) return tl::unexpected(std::move(header.error()));
    return addPart(*file, std::move(*header), name, number, split);
  }

  Result<> addPart(const std::shared_ptr<const ByteSource>& file, GgufHeader header, const GgufSplitName& name,
                   std::uint64_t number, const GgufHeader::Split& split) {
    const GgufHeader::Split& own = header.split;
    if (own.count != split.count || own.tensors != split.tensors) {
      if (auto open = damaged(
              *file, fmt::format("a file of a model of {} files expected, one of another model found", split.count));
          !open)
        return open;
    } else if (own.number != number - 1) {
      if (auto open = damaged(*file, fmt::format("file {} of {} expected, by its own account it is {}", number,
                                                 split.count, own.number + 1));
          !open)
        return open;
    }
    return add(file, std::move(header), name.sibling(number));
  }

  Result<> checkSet(const GgufHeader::Split& split) {
    const auto repeated = findRepeatedName(m_checkpoint.tensors,
                                           [](const TensorInfo& tensor) -> const std::string& { return tensor.name; });
    if (repeated) {
      const TensorInfo& tensor = m_checkpoint.tensors[*repeated];
      if (auto open = damaged(*m_checkpoint.files[tensor.file],
                              fmt::format("tensor names of their own in all files of the model expected, duplicate {} "
                                          "found",
                                          inQuotes(tensor.name)));
          !open)
        return open;
      Finding renamed;
      makeNamesDistinct(m_checkpoint.tensors, renamed);
      renamed.warn(m_checkpoint.warnings, "Given a name of their own, because it stood before");
    }
    if (split.tensors && *split.tensors != m_checkpoint.tensors.size())
      m_checkpoint.warnings.push_back(fmt::format("The model should have {}, but its files have {}.",
                                                  counted(*split.tensors, "tensor"), m_checkpoint.tensors.size()));
    return {};
  }

  std::shared_ptr<const ByteSource> m_file;
  const OpenContext& m_context;
  Checkpoint m_checkpoint;
  std::set<std::string> m_keys;  ///< so that what every file repeats is kept once
};

class GgufReader final : public CheckpointReader {
 public:
  std::string_view id() const override { return "gguf"; }
  std::string_view title() const override { return "GGUF"; }

  bool recognizes(const ByteSource& file) const override {
    if (beginsLikeGguf(file)) return true;
    const std::shared_ptr<const ByteSource> unowned(std::shared_ptr<void>(), &file);
    return findGgufInProgram(unowned, {}).has_value();
  }

  Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const override {
    if (beginsLikeGguf(*file)) return Opening(std::move(file), context).open();
    auto inner = findGgufInProgram(file, context.options.limits);
    // What is no program either is a GGUF file that begins wrong.
    if (!inner && inner.error().code == Errc::NotFound) return Opening(std::move(file), context).open();
    if (!inner) return tl::unexpected(std::move(inner.error()));
    auto checkpoint = Opening(std::move(inner->bytes), context).open();
    if (checkpoint)
      checkpoint->warnings.insert(
          checkpoint->warnings.begin(),
          fmt::format("The file is a program (a llamafile); shown is {} inside it.", inQuotes(inner->name)));
    return checkpoint;
  }
};

}  // namespace

const CheckpointReader& gguf_entry() {
  static const GgufReader reader;
  return reader;
}

}  // namespace ulpscope
