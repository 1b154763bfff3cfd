// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>

namespace ulpscope {
namespace {

tl::unexpected<Error> tooMany(std::uint64_t limit, std::string_view what) {
  return fail(Errc::LimitExceeded, fmt::format("at most {} {} in a pickle expected, more found", limit, what));
}

}  // namespace

double PickleGraph::number(PickleValue value) const { return std::bit_cast<double>(value.data); }

std::optional<std::string_view> PickleGraph::shortText(PickleValue value) const {
  const Piece& piece = m_pieces[value.data];
  if (!piece.copied) return std::nullopt;
  return std::string_view(m_copies).substr(piece.begin, piece.length);
}

Result<std::string> PickleGraph::text(PickleValue value, std::uint64_t most) const {
  const Piece& piece = m_pieces[value.data];
  if (piece.length > most)
    return fail(Errc::LimitExceeded, fmt::format("at most {} bytes of text expected, {} found", most, piece.length),
                m_source->name());
  if (piece.copied) return m_copies.substr(piece.begin, piece.length);
  std::string text(static_cast<std::size_t>(piece.length), '\0');
  if (auto read = m_source->read(piece.begin, std::as_writable_bytes(std::span(text))); !read)
    return tl::unexpected(std::move(read.error()));
  return text;
}

std::shared_ptr<const ByteSource> PickleGraph::bytes(PickleValue value) const {
  const Piece& piece = m_pieces[value.data];
  if (piece.offset != kElsewhere) return sliceOf(m_source, piece.offset, piece.length);
  const auto copy = std::as_bytes(std::span(m_copies)).subspan(piece.begin, piece.length);
  return memorySource(m_source->name(), {copy.begin(), copy.end()});
}

std::optional<std::uint64_t> PickleGraph::offset(PickleValue value) const {
  const std::uint64_t offset = m_pieces[value.data].offset;
  return offset != kElsewhere ? std::optional(offset) : std::nullopt;
}

std::span<const PickleValue> PickleGraph::items(PickleValue node) const {
  assert(node.isNode());
  return itemsOf(static_cast<std::uint32_t>(node.data));
}

std::span<const PickleValue> PickleGraph::itemsOf(std::uint32_t node) const {
  if (node == kNone) return {};
  return std::span(m_values).subspan(m_nodes[node].begin, m_nodes[node].count);
}

PickleValue PickleGraph::addCopy(PickleKind kind, std::string_view text) { return addCopy(kind, text, kElsewhere); }

PickleValue PickleGraph::addCopy(PickleKind kind, std::string_view text, std::uint64_t offset) {
  m_pieces.push_back({m_copies.size(), text.size(), offset, true});
  m_copies += text;
  return {kind, m_pieces.size() - 1};
}

PickleValue PickleGraph::addView(PickleKind kind, std::uint64_t offset, std::uint64_t length) {
  m_pieces.push_back({offset, length, offset, false});
  return {kind, m_pieces.size() - 1};
}

Result<PickleValue> PickleGraph::addGlobal(std::string_view module, std::string_view name, const PickleLimits& limits) {
  std::string key(module);
  (key += '\n') += name;
  const auto [found, isNew] = m_globalIndex.try_emplace(std::move(key), m_globals.size());
  if (isNew) {
    if (m_globals.size() >= limits.globals) return tooMany(limits.globals, "names of Python code");
    m_globals.push_back({std::string(module), std::string(name)});
  }
  return PickleValue{PickleKind::Global, found->second};
}

Result<PickleValue> PickleGraph::addNode(PickleKind kind, std::span<const PickleValue> items,
                                         const PickleLimits& limits) {
  if (m_nodes.size() >= limits.nodes) return tooMany(limits.nodes, "objects");
  const PickleValue node{kind, m_nodes.size()};
  m_nodes.push_back({.begin = m_values.size()});
  if (kind == PickleKind::Persistent) m_persistents.push_back(node);
  if (auto grown = append(node, Part::Items, items, limits); !grown) return tl::unexpected(std::move(grown.error()));
  return node;
}

Result<> PickleGraph::append(PickleValue node, Part part, std::span<const PickleValue> values,
                             const PickleLimits& limits) {
  const auto index = static_cast<std::uint32_t>(node.data);
  if (part == Part::Items) return grow(index, values, limits);
  const auto link = [&]() -> std::uint32_t& {
    Node& owner = m_nodes[index];
    return part == Part::Appended ? owner.appended : part == Part::Entries ? owner.entries : owner.states;
  };
  if (link() == kNone) {
    const auto added = addNode(PickleKind::List, {}, limits);
    if (!added) return tl::unexpected(added.error());
    link() = static_cast<std::uint32_t>(added->data);
  }
  return grow(link(), values, limits);
}

/// A run at the end of the pool grows where it is; any other moves to the end, with room to double.
Result<> PickleGraph::grow(std::uint32_t index, std::span<const PickleValue> values, const PickleLimits& limits) {
  Node& node = m_nodes[index];
  const std::uint64_t count = node.count + values.size();
  if (count > limits.values) return tooMany(limits.values, "values");
  if (count > node.capacity) {
    const bool isLast = node.begin + node.capacity == m_values.size();
    const std::uint64_t capacity = isLast ? count : std::max<std::uint64_t>(count, 2 * std::uint64_t{node.count});
    const std::uint64_t begin = isLast ? node.begin : m_values.size();
    if (begin + capacity > limits.values) return tooMany(limits.values, "values");
    m_values.resize(begin + capacity);
    if (!isLast)
      std::copy_n(m_values.begin() + static_cast<std::ptrdiff_t>(node.begin), node.count,
                  m_values.begin() + static_cast<std::ptrdiff_t>(begin));
    node.begin = begin;
    node.capacity = static_cast<std::uint32_t>(capacity);
  }
  std::copy(values.begin(), values.end(), m_values.begin() + static_cast<std::ptrdiff_t>(node.begin + node.count));
  node.count = static_cast<std::uint32_t>(count);
  return {};
}

}  // namespace ulpscope
