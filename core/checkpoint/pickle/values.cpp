// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle/values.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace ulpscope {
namespace {

using Kind = PickleKind;

bool hasContent(PickleValue value) { return value.kind == Kind::Text || value.kind == Kind::Bytes; }

Result<std::string> cutText(const PickleGraph& graph, PickleValue value, std::uint64_t most) {
  if (graph.length(value) <= most) return graph.text(value, most);
  std::string start(static_cast<std::size_t>(most), '\0');
  if (auto read = graph.bytes(value)->read(0, std::as_writable_bytes(std::span(start))); !read)
    return tl::unexpected(std::move(read.error()));
  return fmt::format("{}… ({} bytes)", start, graph.length(value));
}

}  // namespace

std::optional<PickleCall> callOf(const PickleGraph& graph, PickleValue value) {
  if (value.kind != Kind::Call && value.kind != Kind::Object) return std::nullopt;
  const auto items = graph.items(value);
  if (items[0].kind != Kind::Global || items[1].kind != Kind::Tuple) return std::nullopt;
  return PickleCall{&graph.global(items[0]), graph.items(items[1])};
}

std::optional<std::span<const PickleValue>> sequenceOf(const PickleGraph& graph, PickleValue value) {
  if (const auto call = callOf(graph, value); call && call->is("torch", "Size") && call->arguments.size() == 1)
    value = call->arguments[0];
  if (value.kind != Kind::Tuple && value.kind != Kind::List) return std::nullopt;
  return graph.items(value);
}

std::optional<std::uint64_t> unsignedOf(PickleValue value) {
  if (value.kind != Kind::Integer || static_cast<std::int64_t>(value.data) < 0) return std::nullopt;
  return value.data;
}

std::optional<std::vector<std::uint64_t>> unsignedsOf(const PickleGraph& graph, PickleValue value) {
  const auto items = sequenceOf(graph, value);
  if (!items) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  numbers.reserve(items->size());
  for (const PickleValue item : *items) {
    const auto number = unsignedOf(item);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::optional<double> numberOf(const PickleGraph& graph, PickleValue value) {
  if (value.kind == Kind::Integer) return static_cast<double>(graph.integer(value));
  if (value.kind == Kind::Float) return graph.number(value);
  return std::nullopt;
}

std::optional<std::string_view> shortTextOf(const PickleGraph& graph, PickleValue value) {
  return hasContent(value) ? graph.shortText(value) : std::nullopt;
}

Result<std::optional<std::string>> plainText(const PickleGraph& graph, PickleValue value, std::uint64_t most) {
  switch (value.kind) {
    case Kind::None:
      return "None";
    case Kind::Bool:
      return graph.boolean(value) ? "True" : "False";
    case Kind::Integer:
      return std::to_string(graph.integer(value));
    case Kind::Float:
      return shortest(graph.number(value));
    case Kind::Bytes:
      return counted(graph.length(value), "byte");
    case Kind::Long:
    case Kind::Text: {
      auto text = cutText(graph, value, most);
      if (!text) return tl::unexpected(std::move(text.error()));
      return std::move(*text);
    }
    default:
      return std::nullopt;
  }
}

const PickleValue* valueOfKey(const PickleGraph& graph, std::span<const PickleValue> pairs, std::string_view key) {
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
    if (pairs[i].kind == Kind::Text && graph.shortText(pairs[i]) == key) return &pairs[i + 1];
  return nullptr;
}

std::optional<std::span<const PickleValue>> pairsOf(const PickleGraph& graph, PickleValue value) {
  if (value.kind == Kind::Dict) return graph.items(value);
  if (const auto call = callOf(graph, value); call && call->is("collections", "OrderedDict"))
    return graph.entries(value);
  return std::nullopt;
}

}  // namespace ulpscope
