// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "core/tensor/element_type.h"
#include "kernels/plans/decode_one.h"

namespace ulpscope::kernels {

/// An ElementType of up to 16 bits whose values are floats, worked out for kernels.
struct ElementPlan {
  enum class Kind : std::uint8_t { Float, Signed, Unsigned, Bool };

  Kind kind;
  int bits;  ///< 2, 4, 6, 8, 16
  DecodingPlan decoding;
};

/// nullopt: float32, which is copied, and types that have no plan.
inline std::optional<ElementPlan> makeElementPlan(const ElementType& type) {
  using Kind = ElementPlan::Kind;
  if (!type.exactAsFloat || type.bits > 16) return std::nullopt;
  if (type.name == "BOOL") return ElementPlan{Kind::Bool, type.bits, {}};
  const FloatSpec* spec = type.format ? type.format->floatSpec() : nullptr;
  if (!spec) return ElementPlan{type.name.front() == 'I' ? Kind::Signed : Kind::Unsigned, type.bits, {}};
  const std::optional<DecodingPlan> decoding = makeDecodingPlan(*spec);
  if (!decoding) return std::nullopt;
  return ElementPlan{Kind::Float, type.bits, *decoding};
}

/// The value of an element's bits.
constexpr float elementValue(const ElementPlan& plan, std::uint32_t code) {
  switch (plan.kind) {
    case ElementPlan::Kind::Float:
      return decodeOne(plan.decoding, code);
    case ElementPlan::Kind::Signed: {
      const std::uint32_t sign = std::uint32_t{1} << (plan.bits - 1);
      return static_cast<float>(static_cast<std::int32_t>((code ^ sign) - sign));
    }
    case ElementPlan::Kind::Bool:
      return code != 0 ? 1 : 0;
    case ElementPlan::Kind::Unsigned:
      break;
  }
  return static_cast<float>(code);
}

}  // namespace ulpscope::kernels
