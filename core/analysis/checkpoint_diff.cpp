// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/checkpoint_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/analysis/overview.h"
#include "core/base/text.h"
#include "core/checkpoint/element_order.h"
#include "core/checkpoint/gguf_name.h"

namespace ulpscope {
namespace {

/// Of a norm the name says less than of a matrix: with more than two a layer, Gemma and OLMo give names that others
/// have to other ones, and Gemma's are stored less one.
bool areNormsPlain(const Checkpoint& checkpoint) {
  if (checkpoint.model && checkpoint.model->modelType.starts_with("gemma")) return false;
  return std::ranges::none_of(checkpoint.tensors, [](const TensorInfo& tensor) {
    return tensor.name.find("post_feedforward_layernorm") != std::string::npos;
  });
}

/// Indices of tensors by what GGUF calls them; nothing where several would be called the same.
template <class IsWanted>
std::unordered_map<std::string, std::optional<std::size_t>> byGgufName(const Checkpoint& checkpoint,
                                                                       IsWanted isWanted) {
  std::unordered_map<std::string, std::optional<std::size_t>> named;
  const ModelDescription model = checkpoint.model.value_or(ModelDescription{});
  const bool hasNorms = areNormsPlain(checkpoint);
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    if (checkpoint.tensors[i].partOf || !isWanted(i)) continue;
    const TensorPlace place = roleOf(checkpoint.tensors[i].name, model);
    if (place.role == TensorRole::Norm && !hasNorms) continue;
    const auto name = ggufNameOf(checkpoint.tensors[i].name, place);
    if (!name) continue;
    const auto [same, isNew] = named.try_emplace(*name, i);
    if (!isNew) same->second.reset();
  }
  return named;
}

class Comparison {
 public:
  Comparison(const Checkpoint& first, const Checkpoint& second, const JobContext& job)
      : m_first(first), m_second(second), m_job(job) {}

  Result<CheckpointDiff> compare(std::span<const RenameRule> rules) {
    if (auto named = nameSecond(rules); !named) return tl::unexpected(std::move(named.error()));
    pairByName();
    pairByPlace();
    m_job.expect(scannedBytes(m_first));
    for (std::size_t i = 0; i < m_first.tensors.size(); ++i) {
      if (m_first.tensors[i].partOf) continue;
      TensorDiff diff{
          .name = m_first.tensors[i].name, .state = DiffState::Missing, .first = i, .second = m_partners[i]};
      if (diff.second)
        if (auto compared = comparePair(diff); !compared) return tl::unexpected(std::move(compared.error()));
      add(std::move(diff));
    }
    for (std::size_t i = 0; i < m_second.tensors.size(); ++i)
      if (!m_second.tensors[i].partOf && !m_isMatched[i])
        add({.name = m_names[i], .state = DiffState::Extra, .second = i});
    return std::move(m_result);
  }

 private:
  Result<> nameSecond(std::span<const RenameRule> rules) {
    m_names.resize(m_second.tensors.size());
    m_isRenamed.resize(m_second.tensors.size());
    m_isMatched.resize(m_second.tensors.size());
    m_partners.resize(m_first.tensors.size());
    for (std::size_t i = 0; i < m_names.size(); ++i) {
      const TensorInfo& tensor = m_second.tensors[i];
      if (tensor.partOf) continue;
      m_names[i] = tensor.name;
      for (const RenameRule& rule : rules)
        if (auto renamed = rule.apply(tensor.name)) {
          m_names[i] = std::move(*renamed);
          m_isRenamed[i] = true;
          break;
        }
      const auto [other, isNew] = m_byName.try_emplace(m_names[i], i);
      if (!isNew && !rules.empty())
        return fail(
            Errc::Corrupt,
            fmt::format("names of their own expected after renaming, {} found for {} and {}", inQuotes(m_names[i]),
                        inQuotes(m_second.tensors[other->second].name), inQuotes(tensor.name)),
            m_second.path);
    }
    return {};
  }

  void pair(std::size_t first, std::size_t second) {
    m_partners[first] = second;
    m_isMatched[second] = true;
  }

  void pairByName() {
    for (std::size_t i = 0; i < m_first.tensors.size(); ++i) {
      const auto found = m_first.tensors[i].partOf ? m_byName.end() : m_byName.find(m_first.tensors[i].name);
      if (found != m_byName.end()) pair(i, found->second);
    }
  }

  void pairByPlace() {
    const auto firsts = byGgufName(m_first, [&](std::size_t i) { return !m_partners[i]; });
    const auto seconds = byGgufName(m_second, [&](std::size_t i) { return !m_isMatched[i] && !m_isRenamed[i]; });
    for (const auto& [name, first] : firsts)
      if (const auto second = seconds.find(name); first && second != seconds.end() && second->second)
        pair(*first, *second->second);
  }

  Result<> comparePair(TensorDiff& diff) {
    if (m_first.tensors[*diff.first].shape != m_second.tensors[*diff.second].shape) {
      diff.state = DiffState::Shape;
      return {};
    }
    auto compared = compareElements(diff);
    if (compared || !concernsOneTensor(compared.error().code)) return compared;
    diff = {.name = diff.name, .state = DiffState::Unread, .first = diff.first, .second = diff.second};
    diff.remark = std::move(compared.error().message);
    return {};
  }

  Result<> compareElements(TensorDiff& diff) {
    const auto a = m_first.source(*diff.first);
    if (!a) return tl::unexpected(a.error());
    const auto b = sourceOrderedAs(m_second, *diff.second, m_first, *diff.first);
    if (!b) return tl::unexpected(b.error());
    auto compared = diffTensors(*a, *b, m_job);
    if (!compared) return tl::unexpected(std::move(compared).error());
    compared->name = std::move(diff.name);
    compared->first = diff.first;
    compared->second = diff.second;
    diff = std::move(*compared);
    return {};
  }

  void add(TensorDiff diff) {
    ++m_result.summary[static_cast<std::size_t>(diff.state)];
    m_result.tensors.push_back(std::move(diff));
  }

  const Checkpoint& m_first;
  const Checkpoint& m_second;
  const JobContext& m_job;
  std::vector<std::string> m_names;  ///< of the second's tensors, after renaming; of parts empty
  std::unordered_map<std::string, std::size_t> m_byName;
  std::vector<bool> m_isRenamed, m_isMatched;          ///< the second's tensors
  std::vector<std::optional<std::size_t>> m_partners;  ///< in the second, of the first's tensors
  CheckpointDiff m_result;
};

std::vector<std::string> splitAtAsterisks(std::string_view text) {
  std::vector<std::string> pieces{""};
  for (const char c : text)
    if (c == '*')
      pieces.emplace_back();
    else
      pieces.back() += c;
  return pieces;
}

}  // namespace

Result<RenameRule> RenameRule::parse(std::string_view rule) {
  const std::size_t middle = rule.find('=');
  if (middle == rule.npos || rule.find('=', middle + 1) != rule.npos)
    return fail(Errc::Usage, fmt::format("a rule FROM=TO expected, {} found", inQuotes(rule)));
  RenameRule parsed;
  parsed.m_from = splitAtAsterisks(rule.substr(0, middle));
  parsed.m_to = splitAtAsterisks(rule.substr(middle + 1));
  if (parsed.m_from.size() != parsed.m_to.size())
    return fail(Errc::Usage, fmt::format("as many * on both sides of a rule expected, {} found", inQuotes(rule)));
  return parsed;
}

std::optional<std::string> RenameRule::apply(std::string_view name) const {
  const std::string& end = m_from.back();
  if (!name.starts_with(m_from.front())) return std::nullopt;
  if (m_from.size() == 1) return name == end ? std::optional(m_to.front()) : std::nullopt;
  std::string renamed = m_to.front();
  std::size_t at = m_from.front().size();
  // The shortest match of each asterisk but the last leaves most for those behind it, so no other need be tried.
  for (std::size_t i = 1; i < m_from.size(); ++i) {
    const bool isLast = i + 1 == m_from.size();
    const std::size_t found = !isLast                                                 ? name.find(m_from[i], at)
                              : name.size() >= at + end.size() && name.ends_with(end) ? name.size() - end.size()
                                                                                      : name.npos;
    if (found == name.npos) return std::nullopt;
    renamed.append(name.substr(at, found - at)).append(m_to[i]);
    at = found + m_from[i].size();
  }
  return renamed;
}

Result<CheckpointDiff> diffCheckpoints(const Checkpoint& first, const Checkpoint& second,
                                       std::span<const RenameRule> rules, const JobContext& job) {
  return Comparison(first, second, job).compare(rules);
}

}  // namespace ulpscope
