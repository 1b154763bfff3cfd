// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/packed/packed_convention.h"

namespace ulpscope {
namespace {

std::string member(std::string_view name) { return fmt::format("quantization_config/{}", name); }

std::string_view nameOf(const TensorInfo& tensor) { return tensor.name; }
std::string_view keyOf(const std::pair<std::string, std::string>& entry) { return entry.first; }

/// Positions by the hash of each name, then the names, then themselves: a million names that begin alike are sorted as
/// fast as numbers, and chosen ones that share a hash as fast as names.
template <class Item>
std::vector<std::size_t> sortedByHash(const std::vector<Item>& items, std::string_view (*name)(const Item&)) {
  std::vector<std::pair<std::size_t, std::size_t>> hashes(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) hashes[i] = {std::hash<std::string_view>()(name(items[i])), i};
  std::ranges::sort(hashes, [&](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    const int order = name(items[a.second]).compare(name(items[b.second]));
    return order != 0 ? order < 0 : a.second < b.second;
  });
  std::vector<std::size_t> positions(items.size());
  std::ranges::transform(hashes, positions.begin(), [](const auto& each) { return each.second; });
  return positions;
}

/// The first position of that name, of those that sortedByHash gives.
template <class Item>
std::optional<std::size_t> firstOf(const std::vector<std::size_t>& sorted, const std::vector<Item>& items,
                                   std::string_view (*name)(const Item&), std::string_view wanted) {
  const auto placeOf = [](std::string_view text) { return std::pair(std::hash<std::string_view>()(text), text); };
  const auto found =
      std::ranges::lower_bound(sorted, placeOf(wanted), {}, [&](std::size_t i) { return placeOf(name(items[i])); });
  if (found == sorted.end() || name(items[*found]) != wanted) return std::nullopt;
  return *found;
}

}  // namespace

PackedScan::PackedScan(const Checkpoint& checkpoint, const ConfigValues& config)
    : m_checkpoint(checkpoint),
      m_config(config),
      m_byName(sortedByHash(checkpoint.tensors, nameOf)),
      m_byKey(sortedByHash(checkpoint.metadata, keyOf)),
      m_taken(checkpoint.tensors.size()),
      m_tiles(std::make_shared<TileCache>()) {
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) m_taken[i] = checkpoint.tensors[i].partOf.has_value();
}

const TensorInfo* PackedScan::find(std::string_view name) const {
  const auto found = firstOf(m_byName, m_checkpoint.tensors, nameOf, name);
  return found && !m_taken[*found] ? &stored()[*found] : nullptr;
}

std::optional<std::string_view> PackedScan::metadata(std::string_view key) const {
  const auto found = firstOf(m_byKey, m_checkpoint.metadata, keyOf, key);
  return found ? std::optional<std::string_view>(m_checkpoint.metadata[*found].second) : std::nullopt;
}

std::optional<std::int64_t> PackedScan::integer(std::string_view name) const { return m_config.integer(member(name)); }
std::optional<bool> PackedScan::truth(std::string_view name) const { return m_config.truth(member(name)); }
std::string PackedScan::text(std::string_view name) const { return m_config.text(member(name)).value_or(""); }

const TensorInfo* PackedParts::check(const TensorInfo* tensor, Types types, int rank) {
  if (!tensor || !sound()) return tensor;
  const std::string_view type = tensor->type ? tensor->type->name : std::string_view();
  if (types.size() > 0 && std::ranges::find(types, type) == types.end())
    expect(false, tensor, fmt::format("type {}", fmt::join(types, " or ")));
  else if (rank >= 0 && tensor->shape.size() != static_cast<std::size_t>(rank))
    expect(false, tensor, rank == 0 ? std::string("a scalar") : fmt::format("{} dimensions", rank));
  else if (const auto readable = m_scan.checkpoint().source(m_scan.indexOf(*tensor)); !readable)
    m_error = readable.error();
  m_indices.push_back(m_scan.indexOf(*tensor));
  return tensor;
}

const TensorInfo* PackedParts::need(std::string_view suffix, Types types, int rank) {
  if (const TensorInfo* const found = optional(suffix, types, rank)) return found;
  fail(fmt::format("tensor {} expected beside the others of its weight, none found",
                   inQuotes(m_base + std::string(suffix))));
  return nullptr;
}

const TensorInfo* PackedParts::optional(std::string_view suffix, Types types, int rank) {
  return check(m_scan.find(m_base + std::string(suffix)), types, rank);
}

bool PackedParts::expect(bool holds, const TensorInfo* tensor, std::string_view expected) {
  if (!sound()) return false;
  if (holds) return true;
  fail(fmt::format("tensor {}: {} expected, {} {} found", inQuotes(tensor->name), expected,
                   printable(tensor->storedType), bracketed(tensor->shape)));
  return false;
}

bool PackedParts::expectShape(const TensorInfo* tensor, const std::vector<std::uint64_t>& shape) {
  return sound() && expect(tensor->shape == shape, tensor, fmt::format("shape {}", bracketed(shape)));
}

bool PackedParts::expectElements(const TensorInfo* tensor, std::uint64_t elements) {
  return sound() && expect(tensor->elements == elements, tensor, counted(elements, "element"));
}

void PackedParts::fail(std::string message) {
  if (sound()) m_error = Error{Errc::Corrupt, std::move(message), {}, {}};
}

Result<MatrixShape> PackedParts::matrixSizes(const TensorInfo* tensor) {
  expectElements(tensor, 2);
  if (!sound()) return tl::unexpected(error());
  std::array<double, 2> sizes{};
  if (auto read = source(tensor).readDoubles(0, sizes); !read) return tl::unexpected(read.error());
  expect(sizes[0] > 0 && sizes[1] > 0 && sizes[0] < 0x1p40 && sizes[1] < 0x1p40, tensor, "two sizes of a matrix");
  if (!sound()) return tl::unexpected(error());
  return MatrixShape{static_cast<std::uint64_t>(sizes[0]), static_cast<std::uint64_t>(sizes[1])};
}

TensorSource PackedParts::source(const TensorInfo* tensor) {
  return *m_scan.checkpoint().source(m_scan.indexOf(*tensor));
}

}  // namespace ulpscope
