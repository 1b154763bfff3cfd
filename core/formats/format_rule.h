// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// Formats that are made from their ids: "binary8p3se", "custom:s1e5m3,bias=15".
struct FormatRule {
  std::string_view pattern;          ///< how its ids are built, for people: "binaryKpP[su][ef]"
  std::vector<std::string> members;  ///< those that lists show; the registry holds them
  /// Whether an id is meant to be of this rule; it may still be wrong.
  bool (*claims)(std::string_view id);
  /// The format; Usage, saying what was expected, if the id is wrong. Precondition: claims(id).
  Result<FormatPointer> (*make)(std::string_view id);
};

std::span<const FormatRule* const> formatRules();

}  // namespace ulpscope
