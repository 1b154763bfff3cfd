// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/formats/code_scale.h"
#include "core/formats/explain.h"
#include "core/formats/stack.h"
#include "widgets/bits/step.h"

namespace ulpscope {

/// How a number comes to its code.
struct StorageRules {
  RoundingChoice rounding = Rounding::NearestEven;
  Overflow overflow = Overflow::Format;
  const Stack* like = nullptr;  ///< whose conversion decides instead; nullptr: nobody's

  friend bool operator==(const StorageRules&, const StorageRules&) = default;
};

/// What the format explorer is about: a number as it was given, a format, the rules it is stored by, and all that
/// follows from them. There is always something to show.
class ExploredNumber {
 public:
  /// `value` in the first format of the registry.
  explicit ExploredNumber(const std::string& value);

  const FormatPointer& format() const { return m_format; }
  const CodeScale& scale() const { return *m_scale; }
  const StorageRules& rules() const { return m_rules; }
  /// As typed, or the exact value of the code that was given.
  const std::string& value() const { return m_value; }
  std::uint64_t code() const { return m_explanation->code; }
  const Explanation& explanation() const { return *m_explanation; }
  /// What decided, in a sentence; or why the stack to be followed says nothing here, and the rounding decides.
  const std::string& remark() const { return m_remark; }
  /// The value is what the code stands for, not a number that was rounded to it.
  bool isStoredValue() const { return m_value == m_explanation->value; }

  /// Nothing changes where the text cannot be read or the format cannot hold it; says why.
  Result<void> setValue(const std::string& text);
  /// The same for a number that was brought along (to another format, by the selection): a NaN that the format does not
  /// have is shown as the zero that encoding makes of it, and the reason is returned all the same.
  Result<void> bringValue(const std::string& text);
  /// Precondition: `code` has no bits above the format's.
  void setCode(std::uint64_t code);
  /// The value stays; as bringValue.
  Result<void> setFormat(FormatPointer format);
  Result<void> setRules(const StorageRules& rules);
  void step(Step step);

  /// Takes the format without storing the value in it; setValue, bringValue or setCode is to follow.
  void useFormat(FormatPointer format);

 private:
  Result<Explanation> explain(const std::string& text);

  FormatPointer m_format;
  std::optional<CodeScale> m_scale;
  StorageRules m_rules;
  std::string m_value;
  std::string m_remark;
  std::optional<Explanation> m_explanation;
};

}  // namespace ulpscope
