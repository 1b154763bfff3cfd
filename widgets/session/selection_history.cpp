// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/selection_history.h"

namespace ulpscope {
namespace {

/// The same tensor and element in another reading of the file; what is no longer there is left out.
void lookAt(Selection& selection, const std::shared_ptr<const Checkpoint>& fresh) {
  const TensorInfo* before = selection.tensorInfo();
  std::optional<std::size_t> tensor;
  if (before) {
    const auto found = fresh->find(before->name);
    if (found) tensor = *found;
  }
  const bool sameShape = tensor && fresh->tensors[*tensor].shape == before->shape;
  selection.checkpoint = fresh;
  selection.tensor = tensor;
  if (!sameShape) selection.element.reset();
}

}  // namespace

void SelectionHistory::push(Selection selection) {
  if (selection == current()) return;
  m_entries.resize(m_at + 1);
  m_entries.push_back(std::move(selection));
  if (m_entries.size() > kLongest) m_entries.erase(m_entries.begin());
  m_at = m_entries.size() - 1;
}

void SelectionHistory::replace(const std::shared_ptr<const Checkpoint>& old,
                               const std::shared_ptr<const Checkpoint>& fresh) {
  if (fresh) {
    for (auto& entry : m_entries)
      if (entry.checkpoint == old) lookAt(entry, fresh);
    return;
  }
  std::vector<Selection> kept;
  std::size_t at = 0;
  for (std::size_t i = 0; i < m_entries.size(); ++i) {
    if (m_entries[i].checkpoint != old) kept.push_back(m_entries[i]);
    if (i == m_at) at = kept.empty() ? 0 : kept.size() - 1;
  }
  if (kept.empty()) kept.emplace_back();
  m_entries = std::move(kept);
  m_at = at;
}

}  // namespace ulpscope
