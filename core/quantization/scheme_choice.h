// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// A scheme with the knobs that it is used with.
struct SchemeChoice {
  const Scheme* scheme = nullptr;  ///< null: none, the tensor stays as it is stored
  Settings settings = {};          ///< only those that are not as by default

  friend bool operator==(const SchemeChoice&, const SchemeChoice&) = default;
};

/// "gptq:bits=3:group=64", the id alone, or "as_stored". Usage for a scheme or knob that there is none of, and for a
/// value that the knob does not take.
Result<SchemeChoice> parseSchemeChoice(std::string_view text);

/// What parseSchemeChoice() reads back.
std::string textOf(const SchemeChoice& choice);

}  // namespace ulpscope
