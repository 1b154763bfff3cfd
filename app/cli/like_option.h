// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <string>

#include "app/cli/json.h"
#include "app/cli/options.h"
#include "app/cli/rounding_options.h"
#include "app/cli/terminal.h"
#include "core/formats/stack.h"

namespace ulpscope {

/// The option --like: whose conversion is followed, in place of a rounding and an overflow of one's own.
class LikeOption {
 public:
  enum class Takes : std::uint8_t { OneStack, OneOrAll };

  void declare(Options& options, Takes takes);
  bool isGiven() const { return m_id.has_value(); }
  bool isAll() const { return m_takes == Takes::OneOrAll && m_id == "all"; }

  /// nullptr where none is asked for, or all are. Usage if the stack is unknown, or `rounding` is asked for as well.
  Result<const Stack*> read(const RoundingOptions& rounding) const;

 private:
  Takes m_takes = Takes::OneStack;
  std::optional<std::string> m_id;
};

/// What `explain --like all` prints.
Json sideBySideJson(const std::string& input, const NumberFormat& format, std::span<const StackRow> rows);
std::string sideBySideText(const std::string& input, const NumberFormat& format, std::span<const StackRow> rows,
                           const Terminal& terminal);

}  // namespace ulpscope
