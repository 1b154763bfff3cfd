// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/tensor_filter.h"

#include <algorithm>
#include <numeric>

namespace ulpscope {
namespace {

using Kind = TensorQuery::Term::Kind;

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Whether `part` begins a word of `text`: "f16" is in "f16 fp16", not in "bf16".
bool beginsAWord(std::string_view text, std::string_view part) {
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    if (at == 0 || text[at - 1] == ' ') return true;
  return false;
}

bool hasShape(const TensorInfo& tensor, const std::vector<std::optional<std::uint64_t>>& wanted) {
  return std::ranges::equal(tensor.shape, wanted,
                            [](std::uint64_t side, const auto& expected) { return side == expected.value_or(side); });
}

bool hasFlag(const TensorInfo& tensor, TensorFlag flag) {
  switch (flag) {
    case TensorFlag::Unreadable:
      return !tensor.isReadable();
    case TensorFlag::Packed:
      return tensor.packing != nullptr;
    case TensorFlag::Shared:
      return tensor.sharesWith.has_value();
    case TensorFlag::Empty:
      return tensor.elements == 0;
    default:
      return false;
  }
}

/// The indices below `count` for which every term holds as it should.
template <class Fulfils>
std::vector<std::size_t> allThat(std::size_t count, const TensorQuery& query, Fulfils fulfils) {
  std::vector<std::size_t> found(count);
  std::iota(found.begin(), found.end(), std::size_t{0});
  for (const TensorQuery::Term& term : query.terms())
    std::erase_if(found, [&](std::size_t index) { return fulfils(term, index) == term.isNegated; });
  return found;
}

}  // namespace

TensorFilter::TensorFilter(const Checkpoint& checkpoint) : m_tensors(checkpoint.tensors) {
  m_lines.reserve(m_tensors.size() + checkpoint.objects.size());
  m_places.reserve(m_tensors.size());
  const ModelDescription model = checkpoint.model.value_or(ModelDescription());
  for (const TensorInfo& tensor : m_tensors) {
    Line& line = m_lines.emplace_back();
    line.name = m_text.size();
    m_text += lowerCase(tensor.name);
    m_text += '\n';
    line.type = m_text.size();
    m_text += lowerCase(tensor.storedType);
    if (tensor.type) m_text += ' ' + lowerCase(tensor.type->title);
    if (tensor.packing) m_text += ' ' + lowerCase(tensor.packing->id) + ' ' + lowerCase(tensor.packing->title);
    m_text += '\n';
    line.rest = m_text.size();
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) m_text += (i ? "x" : "") + std::to_string(tensor.shape[i]);
    m_text += '\n';
    line.end = m_text.size();
    m_places.push_back(roleOf(tensor.name, model));
  }
  for (const InertObject& object : checkpoint.objects) {
    Line& line = m_lines.emplace_back();
    line.name = m_text.size();
    m_text += lowerCase(object.name) + '\n';
    line.type = m_text.size();
    m_text += lowerCase(object.type) + '\n';
    line.rest = line.end = m_text.size();
  }
}

TensorFilter::Words TensorFilter::wordsOf(std::size_t at) const {
  const Line& line = m_lines[at];
  const std::string_view text = m_text;
  return {text.substr(line.name, line.end - line.name), text.substr(line.name, line.type - line.name - 1),
          text.substr(line.type, line.rest - line.type - 1)};
}

bool TensorFilter::fulfils(const Term& term, std::size_t tensor, std::span<const TensorFlags> flags) const {
  const TensorPlace& place = m_places[tensor];
  switch (term.kind) {
    case Kind::Anywhere:
      return holds(wordsOf(tensor).all, term.text);
    case Kind::Expression:
      return term.expression->isFoundIn(m_tensors[tensor].name);
    case Kind::Type:
      return beginsAWord(wordsOf(tensor).type, term.text);
    case Kind::Shape:
      return hasShape(m_tensors[tensor], term.shape);
    case Kind::Role:
      return place.role != TensorRole::None && holds(titleOf(place.role), term.text);
    case Kind::Layer:
      return place.layer && term.firstLayer <= *place.layer && *place.layer <= term.lastLayer;
    case Kind::Flag:
      return needsValues(term.flag) ? tensor < flags.size() && flags[tensor].has(term.flag)
                                    : hasFlag(m_tensors[tensor], term.flag);
  }
  return false;
}

std::vector<std::size_t> TensorFilter::matches(const TensorQuery& query, std::span<const TensorFlags> flags) const {
  return allThat(m_tensors.size(), query,
                 [&](const Term& term, std::size_t tensor) { return fulfils(term, tensor, flags); });
}

std::vector<std::size_t> TensorFilter::matchingObjects(const TensorQuery& query) const {
  return allThat(m_lines.size() - m_tensors.size(), query, [&](const Term& term, std::size_t object) {
    const Words words = wordsOf(m_tensors.size() + object);
    switch (term.kind) {
      case Kind::Anywhere:
        return holds(words.all, term.text);
      case Kind::Expression:
        return term.expression->isFoundIn(words.name);
      case Kind::Type:
        return beginsAWord(words.type, term.text);
      default:
        return term.isNegated;  // neither fulfils it nor its contrary
    }
  });
}

}  // namespace ulpscope
