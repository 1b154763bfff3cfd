// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <vector>

#include "app/cli/json.h"
#include "app/cli/options.h"
#include "app/cli/rounding_options.h"
#include "core/formats/via.h"

namespace ulpscope {

/// The option --via: formats that a number passes on its way to another.
class ViaOption {
 public:
  void declare(Options& options);
  bool isGiven() const { return !m_texts.empty(); }

  /// `value` through the formats asked for and then `target`, as `request` says where a format has no rounding of its
  /// own.
  Result<ChainedRounding> round(const std::string& value, FormatPointer target, const RoundingRequest& request) const;

 private:
  std::vector<std::string> m_texts;
};

/// What `explain --via` adds to its document, and to its text.
void addTo(Json& document, const ChainedRounding& chain);
std::string chainText(const ChainedRounding& chain, const Terminal& terminal);

}  // namespace ulpscope
