// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/base/text.h"

namespace ulpscope {
namespace {

using Items = std::span<const std::vector<BudgetChoice>>;

/// From one corner of an item's lower convex hull to the next, which takes more bits and has less error.
struct Step {
  std::size_t item;
  std::size_t to;
  std::uint64_t bits;
  double gain;
  double perBit() const { return gain / static_cast<double>(bits); }
};

/// The choices of an item that no other beats in bits and error, by bits; first those of fewer bits.
std::vector<std::size_t> undominated(const std::vector<BudgetChoice>& choices) {
  std::vector<std::size_t> order(choices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::pair(choices[i].bits, choices[i].error); });
  std::vector<std::size_t> kept;
  for (const std::size_t i : order)
    if (kept.empty() || choices[i].error < choices[kept.back()].error) kept.push_back(i);
  return kept;
}

/// Adds an item's steps, steepest first, and returns where they begin: its choice of fewest bits.
std::size_t addSteps(std::size_t item, const std::vector<BudgetChoice>& choices, std::vector<Step>& steps) {
  const std::vector<std::size_t> order = undominated(choices);
  const std::size_t first = steps.size();
  const auto step = [&](std::size_t from, std::size_t to) {
    return Step{item, to, choices[to].bits - choices[from].bits, choices[from].error - choices[to].error};
  };
  for (std::size_t i = 1; i < order.size(); ++i) {
    std::size_t from = order[i - 1];
    Step next = step(from, order[i]);
    while (steps.size() > first && steps.back().perBit() <= next.perBit()) {  // a corner that is none
      steps.pop_back();
      from = steps.size() > first ? steps.back().to : order.front();
      next = step(from, order[i]);
    }
    steps.push_back(next);
  }
  return order.front();
}

/// The linear relaxation: its bound, the price of a bit there, and what is left when the step that no longer fits, and
/// whatever else does not, is passed over.
struct Relaxation {
  BudgetSolution solution;
  double perBit = 0;
};

Relaxation relax(Items items, std::uint64_t budget, std::vector<std::size_t> least) {
  Relaxation found;
  std::vector<Step> steps;
  for (std::size_t i = 0; i < items.size(); ++i) {
    addSteps(i, items[i], steps);
    found.solution.bits += items[i][least[i]].bits;
    found.solution.error += items[i][least[i]].error;
  }
  std::ranges::stable_sort(steps, std::greater{}, &Step::perBit);
  found.solution.chosen = std::move(least);
  bool isFull = false;
  std::vector<bool> isHeld(items.size());  // a step of it was passed over: those behind it do not apply
  for (const Step& step : steps) {
    const bool fits = !isHeld[step.item] && step.bits <= budget - found.solution.bits;
    if (!fits && !isFull) {
      isFull = true;
      found.perBit = step.perBit();
      found.solution.lowerBound =
          found.solution.error - found.perBit * static_cast<double>(budget - found.solution.bits);
    }
    if (!fits) {
      isHeld[step.item] = true;
      continue;
    }
    found.solution.chosen[step.item] = step.to;
    found.solution.bits += step.bits;
    found.solution.error -= step.gain;
  }
  found.solution.error = 0;  // anew: the steps that were taken leave their rounding errors
  for (std::size_t i = 0; i < items.size(); ++i) found.solution.error += items[i][found.solution.chosen[i]].error;
  found.solution.lowerBound = isFull ? std::min(found.solution.lowerBound, found.solution.error) : found.solution.error;
  return found;
}

/// A choice that may still be part of the best solution.
struct Candidate {
  std::size_t choice;
  std::uint64_t bits;
  double excess;  ///< reduced cost: by how much any solution with it is above the relaxation's bound
};

struct OpenItem {
  std::size_t item;
  std::vector<Candidate> candidates;
};

/// What is chosen so far, as far as it matters: nobody else has as little excess with as few bits.
struct State {
  std::uint64_t bits;
  double error;
  double excess;
  std::uint32_t before;  ///< index of the state of the item before
  std::uint32_t candidate;
};

/// What is kept of a state once those of the next item are there: the way back.
struct Trace {
  std::uint32_t before;
  std::uint32_t candidate;
};

constexpr std::size_t kFewestStates = 64;     ///< of an item, however many there are
constexpr std::size_t kMostStates = 1 << 14;  ///< of an item

class Search {
 public:
  Search(Items items, std::uint64_t budget, const Relaxation& relaxation)
      : m_items(items),
        m_budget(budget),
        m_relaxation(relaxation),
        m_room(relaxation.solution.error - relaxation.solution.lowerBound),
        m_chosen(items.size()) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      OpenItem open{i, candidatesOf(items[i])};
      if (open.candidates.size() > 1) {
        m_open.push_back(std::move(open));
        continue;
      }
      const std::size_t only = open.candidates.front().choice;
      m_chosen[i] = only;  // every better solution has it
      m_fixed.bits += items[i][only].bits;
      m_fixed.error += items[i][only].error;
    }
    // Those that decide most come first: their states die early.
    std::ranges::stable_sort(m_open, std::greater{}, [](const OpenItem& open) { return open.candidates[1].excess; });
  }

  Result<BudgetSolution> run(const JobContext& job) {
    const BudgetSolution& known = m_relaxation.solution;
    std::vector<std::uint64_t> leastBehind(m_open.size() + 1, 0);
    for (std::size_t i = m_open.size(); i-- > 0;)
      leastBehind[i] = leastBehind[i + 1] + std::ranges::min(m_open[i].candidates, {}, &Candidate::bits).bits;
    std::vector<State> states;
    if (m_fixed.bits + leastBehind.front() <= m_budget) states.push_back(m_fixed);
    std::vector<std::vector<Trace>> traces;
    double lost = std::numeric_limits<double>::infinity();  // least excess of what was given up
    for (std::size_t i = 0; i < m_open.size() && !states.empty(); ++i) {
      if (auto going = job.step(0); !going) return tl::unexpected(going.error());
      states = next(states, m_open[i], leastBehind[i + 1], lost);
      std::vector<Trace>& trace = traces.emplace_back();
      for (const State& state : states) trace.push_back({state.before, state.candidate});
    }
    BudgetSolution solution = known;
    const auto best = std::ranges::min_element(states, {}, &State::error);
    if (best != states.end() && best->error < known.error) solution = follow(*best, traces);
    solution.lowerBound = std::min(known.lowerBound + lost, solution.error);
    return solution;
  }

 private:
  /// By excess. At least one, that of least excess: none at all would say that nothing beats what was found.
  std::vector<Candidate> candidatesOf(const std::vector<BudgetChoice>& choices) const {
    std::vector<Candidate> candidates;
    for (const std::size_t i : undominated(choices))
      candidates.push_back(
          {i, choices[i].bits, choices[i].error + m_relaxation.perBit * static_cast<double>(choices[i].bits)});
    const double least = std::ranges::min(candidates, {}, &Candidate::excess).excess;
    for (Candidate& candidate : candidates) candidate.excess -= least;
    std::ranges::stable_sort(candidates, {}, &Candidate::excess);
    while (candidates.back().excess >= m_room && candidates.size() > 1) candidates.pop_back();
    return candidates;
  }

  std::vector<State> next(const std::vector<State>& states, const OpenItem& open, std::uint64_t leastBehind,
                          double& lost) const {
    std::vector<State> all;
    for (std::size_t s = 0; s < states.size(); ++s)
      for (std::size_t c = 0; c < open.candidates.size(); ++c) {
        const Candidate& candidate = open.candidates[c];
        const std::uint64_t bits = states[s].bits + candidate.bits;
        const double excess = states[s].excess + candidate.excess;
        if (excess >= m_room) break;  // those behind have more
        if (bits + leastBehind > m_budget) continue;
        all.push_back({bits, states[s].error + m_items[open.item][candidate.choice].error, excess,
                       static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(c)});
      }
    std::ranges::sort(all, {}, [](const State& state) { return std::pair(state.bits, state.error); });
    std::vector<State> kept;
    for (const State& state : all)
      if (kept.empty() || state.error < kept.back().error) kept.push_back(state);
    const std::size_t most = std::clamp(kMostBudgetStates / m_open.size(), kFewestStates, kMostStates);
    if (kept.size() <= most) return kept;
    const auto firstLost = kept.begin() + static_cast<std::ptrdiff_t>(most);
    std::ranges::nth_element(kept, firstLost, {}, &State::excess);
    lost = std::min(lost, firstLost->excess);
    kept.erase(firstLost, kept.end());
    return kept;
  }

  BudgetSolution follow(const State& last, const std::vector<std::vector<Trace>>& traces) const {
    BudgetSolution solution{m_chosen, last.bits, last.error};
    Trace trace{last.before, last.candidate};
    for (std::size_t i = m_open.size(); i-- > 0;) {
      solution.chosen[m_open[i].item] = m_open[i].candidates[trace.candidate].choice;
      if (i > 0) trace = traces[i - 1][trace.before];
    }
    return solution;
  }

  const Items m_items;
  const std::uint64_t m_budget;
  const Relaxation& m_relaxation;
  const double m_room;                ///< between the bound and the solution that is known
  std::vector<std::size_t> m_chosen;  ///< of the items that are not open
  State m_fixed{};                    ///< of all of them together
  std::vector<OpenItem> m_open;
};

}  // namespace

Result<BudgetSolution> solveBudget(Items items, std::uint64_t budget, const JobContext& job) {
  std::vector<std::size_t> least;
  std::uint64_t leastBits = 0;
  for (const auto& choices : items) {
    least.push_back(undominated(choices).front());
    leastBits += choices[least.back()].bits;
  }
  if (leastBits > budget)
    return fail(Errc::Unsupported, fmt::format("a budget of at least {} expected, which the smallest of all schemes "
                                               "take, found {}",
                                               counted(leastBits, "bit"), counted(budget, "bit")));
  const Relaxation relaxation = relax(items, budget, std::move(least));
  if (relaxation.solution.isExact()) return relaxation.solution;
  return Search(items, budget, relaxation).run(job);
}

}  // namespace ulpscope
