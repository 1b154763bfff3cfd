// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope::test {

/// What tests of readers ask of an outcome.
inline testing::AssertionResult failsWith(const Result<Checkpoint>& result, Errc code, std::string_view words) {
  if (result) return testing::AssertionFailure() << "it was opened";
  if (result.error().code != code || result.error().message.find(words) == std::string::npos)
    return testing::AssertionFailure() << static_cast<int>(result.error().code) << ": " << describe(result.error());
  return testing::AssertionSuccess();
}

inline testing::AssertionResult warns(const Result<Checkpoint>& result, std::string_view words) {
  if (!result) return testing::AssertionFailure() << describe(result.error());
  for (const std::string& warning : result->warnings)
    if (warning.find(words) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << result->warnings.size() << " warnings, none has it"
                                     << (result->warnings.empty() ? "" : ": " + result->warnings.front());
}

inline testing::AssertionResult isQuiet(const Result<Checkpoint>& result) {
  if (!result) return testing::AssertionFailure() << describe(result.error());
  if (!result->warnings.empty()) return testing::AssertionFailure() << result->warnings.front();
  return testing::AssertionSuccess();
}

/// Of the metadata; "nothing" if there is none of that key.
inline std::string valueOf(const Checkpoint& checkpoint, std::string_view key) {
  for (const auto& [name, value] : checkpoint.metadata)
    if (name == key) return value;
  return "nothing";
}

}  // namespace ulpscope::test
