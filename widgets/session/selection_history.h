// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include "widgets/session/selection.h"

namespace ulpscope {

/// Earlier selections, as a browser keeps pages: going somewhere new forgets what was ahead.
class SelectionHistory {
 public:
  const Selection& current() const { return m_entries[m_at]; }
  bool canGoBack() const { return m_at > 0; }
  bool canGoForward() const { return m_at + 1 < m_entries.size(); }

  void push(Selection selection);
  /// Changes the current entry without a step, for what belongs to it (the value read of an element).
  void amend(Selection selection) { m_entries[m_at] = std::move(selection); }
  /// Preconditions: canGoBack(), canGoForward().
  void back() { --m_at; }
  void forward() { ++m_at; }

  /// Replaces a checkpoint in all entries by its new reading (tensors are found again by name), or, with nullptr,
  /// removes the entries that looked at it.
  void replace(const std::shared_ptr<const Checkpoint>& old, const std::shared_ptr<const Checkpoint>& fresh);

 private:
  static constexpr std::size_t kLongest = 200;

  std::vector<Selection> m_entries{Selection{}};
  std::size_t m_at = 0;
};

}  // namespace ulpscope
