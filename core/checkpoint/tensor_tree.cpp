// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/tensor_tree.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>

namespace ulpscope {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Natural order: runs of digits compare as numbers, everything else byte by byte.
bool naturallyLess(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (isDigit(a[i]) && isDigit(b[j])) {
      const auto run = [](std::string_view text, std::size_t& at) {
        while (at + 1 < text.size() && text[at] == '0' && isDigit(text[at + 1])) ++at;
        const std::size_t start = at;
        while (at < text.size() && isDigit(text[at])) ++at;
        return text.substr(start, at - start);
      };
      const std::string_view left = run(a, i), right = run(b, j);
      if (left.size() != right.size()) return left.size() < right.size();
      if (left != right) return left < right;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

struct NaturalOrder {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const {
    return naturallyLess(a, b) || (!naturallyLess(b, a) && a < b);  // equal but for leading zeros: still a strict order
  }
};

/// Length of the group's part of `name`: through the first component that is a number, else the first component.
std::size_t groupLength(std::string_view name) {
  for (std::size_t start = 0; start < name.size();) {
    const std::size_t end = std::min(name.find('.', start), name.size());
    if (end > start && std::all_of(name.begin() + static_cast<std::ptrdiff_t>(start),
                                   name.begin() + static_cast<std::ptrdiff_t>(end), isDigit))
      return end;
    start = end + 1;
  }
  return std::min(name.find('.'), name.size());
}

/// Components that all names share ("bert."), which would otherwise put everything into one group.
std::size_t sharedPrefixLength(const Checkpoint& checkpoint) {
  if (checkpoint.tensors.size() < 2) return 0;
  std::string_view shared = checkpoint.tensors.front().name;
  for (const TensorInfo& tensor : checkpoint.tensors) {
    const auto [end, other] = std::mismatch(shared.begin(), shared.end(), tensor.name.begin(), tensor.name.end());
    shared = shared.substr(0, static_cast<std::size_t>(end - shared.begin()));
  }
  const std::size_t dot = shared.rfind('.');
  return dot == std::string_view::npos ? 0 : dot + 1;
}

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

std::vector<TensorGroup> groupTensors(const Checkpoint& checkpoint) {
  const std::size_t prefix = sharedPrefixLength(checkpoint);
  std::map<std::string_view, TensorGroup, NaturalOrder> groups;
  for (std::size_t index = 0; index < checkpoint.tensors.size(); ++index) {
    const TensorInfo& tensor = checkpoint.tensors[index];
    const std::string_view name = tensor.name;
    const std::size_t length = prefix + groupLength(name.substr(prefix));
    TensorGroup& group = groups[name.substr(0, length)];
    group.leaves.push_back({index, length >= name.size() ? name : name.substr(length + 1)});
    group.elements += tensor.elements;
    group.bytes += tensor.bytes;
  }
  std::vector<TensorGroup> out;
  out.reserve(groups.size());
  for (auto& [name, group] : groups) {
    group.name = name;
    std::ranges::sort(group.leaves, NaturalOrder{}, &TensorGroup::Leaf::label);
    out.push_back(std::move(group));
  }
  return out;
}

std::vector<TensorGroup> keepOnly(const Checkpoint& checkpoint, const std::vector<TensorGroup>& groups,
                                  const std::vector<std::size_t>& tensors) {
  if (tensors.size() == checkpoint.tensors.size()) return groups;
  std::vector<bool> isKept(checkpoint.tensors.size());
  for (const std::size_t tensor : tensors) isKept[tensor] = true;
  std::vector<TensorGroup> out;
  for (const TensorGroup& group : groups) {
    TensorGroup kept{.name = group.name};
    for (const TensorGroup::Leaf& leaf : group.leaves) {
      if (!isKept[leaf.tensor]) continue;
      kept.leaves.push_back(leaf);
      kept.elements += checkpoint.tensors[leaf.tensor].elements;
      kept.bytes += checkpoint.tensors[leaf.tensor].bytes;
    }
    if (!kept.leaves.empty()) out.push_back(std::move(kept));
  }
  return out;
}

TensorFilter::TensorFilter(const Checkpoint& checkpoint) {
  m_lineStart.reserve(checkpoint.tensors.size() + 1);
  for (const TensorInfo& tensor : checkpoint.tensors) {
    m_lineStart.push_back(m_text.size());
    m_text += lowerCase(tensor.name);
    m_text += '\n';
    m_text += lowerCase(tensor.storedType);
    if (tensor.type) m_text += ' ' + lowerCase(tensor.type->title);
    m_text += '\n';
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) m_text += (i ? "x" : "") + std::to_string(tensor.shape[i]);
    m_text += '\n';
  }
  m_lineStart.push_back(m_text.size());
}

std::vector<std::size_t> TensorFilter::matches(std::string_view query) const {
  std::vector<std::size_t> found(m_lineStart.size() - 1);
  std::iota(found.begin(), found.end(), std::size_t{0});
  const std::string lower = lowerCase(query);
  for (std::size_t start = 0; start < lower.size();) {
    const std::size_t end = std::min(lower.find(' ', start), lower.size());
    const std::string_view word = std::string_view(lower).substr(start, end - start);
    start = end + 1;
    if (word.empty()) continue;
    std::erase_if(found, [&](std::size_t i) {
      const std::string_view line(m_text.data() + m_lineStart[i], m_lineStart[i + 1] - m_lineStart[i]);
      return line.find(word) == std::string_view::npos;
    });
  }
  return found;
}

}  // namespace ulpscope
