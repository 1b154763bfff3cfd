// SPDX-License-Identifier: Apache-2.0
// custom:s1e5m3,bias=15,specials=ieee|nan|none,subnormals=yes|no — a layout of one's own. Whatever is left out is as in
// IEEE 754: bias 2^(e - 1) - 1, specials=ieee, subnormals=yes.
#include <fmt/format.h>

#include <optional>

#include "core/formats/codec.h"
#include "core/formats/float_format.h"
#include "core/formats/format_rule.h"
#include "core/formats/rules/id_reader.h"

namespace ulpscope {
namespace {

constexpr std::string_view kExpected =
    "a layout such as \"custom:s1e5m3,bias=15,specials=ieee,subnormals=yes\" expected (specials: ieee, nan, none, "
    "fnuz)";

bool claims(std::string_view id) { return id.starts_with("custom:"); }

std::optional<Specials> takeSpecials(IdReader& reader) {
  if (reader.take("ieee")) return Specials::Ieee;
  if (reader.take("nan")) return Specials::NanOnly;
  if (reader.take("none")) return Specials::None;
  if (reader.take("fnuz")) return Specials::NegativeZeroNan;
  return std::nullopt;
}

std::optional<Bottom> takeBottom(IdReader& reader) {
  if (reader.take("yes")) return Bottom::Subnormal;
  if (reader.take("no")) return Bottom::Flushed;
  return std::nullopt;
}

/// Assigns what was read; false if nothing was.
template <class Target, class Value>
bool keep(Target& target, const std::optional<Value>& value) {
  if (!value) return false;
  target = *value;
  return true;
}

bool takeProperty(IdReader& reader, FloatSpec& spec) {
  if (reader.take(",bias=")) return keep(spec.bias, reader.takeNumber(true));
  if (reader.take(",specials=")) return keep(spec.specials, takeSpecials(reader));
  if (reader.take(",subnormals=")) return keep(spec.bottom, takeBottom(reader));
  return false;
}

/// The syntax alone.
std::optional<FloatSpec> parse(std::string_view id) {
  IdReader reader(id);
  FloatSpec spec;
  reader.take("custom:");
  if (!reader.take("s") || !keep(spec.signBits, reader.takeNumber())) return std::nullopt;
  if (!reader.take("e") || !keep(spec.exponentBits, reader.takeNumber())) return std::nullopt;
  if (!reader.take("m") || !keep(spec.fractionBits, reader.takeNumber())) return std::nullopt;
  if (spec.exponentBits >= 1 && spec.exponentBits <= 15) spec.bias = (1 << (spec.exponentBits - 1)) - 1;
  while (!reader.atEnd())
    if (!takeProperty(reader, spec)) return std::nullopt;
  return spec;
}

/// What is wrong with a layout, or nothing. Every value must be a double: plots, statistics and limits rely on it.
std::string objection(const FloatSpec& spec) {
  if (spec.signBits < 0 || spec.signBits > 1) return fmt::format("0 or 1 sign bits expected, {} found", spec.signBits);
  if (spec.exponentBits < 1 || spec.exponentBits > 11)
    return fmt::format("1 to 11 exponent bits expected, {} found", spec.exponentBits);
  if (spec.fractionBits < 0 || spec.fractionBits > 52)
    return fmt::format("0 to 52 fraction bits expected, {} found", spec.fractionBits);
  if (spec.codeBits() < 2) return "a layout of at least 2 bits expected";
  if (spec.specials == Specials::Ieee && spec.fractionBits == 0)
    return "a fraction bit expected, without which specials=ieee has no NaN";
  if (spec.specials == Specials::NegativeZeroNan && spec.signBits == 0)
    return "a sign bit expected, without which specials=fnuz has no negative zero";
  const auto largestField = static_cast<int>(largestFiniteMagnitude(spec) >> spec.fractionBits);
  const bool hasNormalValue = largestFiniteMagnitude(spec) >= smallestMagnitude(spec) && largestField >= 1;
  if (!hasNormalValue) return "a layout with at least one normal value expected";
  constexpr int kLargestExponent = 1023, kSmallestExponent = -1074;
  if (largestField - spec.bias > kLargestExponent || spec.smallestExponent() - spec.fractionBits < kSmallestExponent)
    return fmt::format("values within those of float64, 2^{} to 2^{}, expected, bias {} found", kSmallestExponent,
                       kLargestExponent + 1, spec.bias);
  return {};
}

Result<FormatPointer> make(std::string_view id) {
  const std::optional<FloatSpec> spec = parse(id);
  if (!spec) return fail(Errc::Usage, std::string(kExpected), std::string(id));
  if (std::string wrong = objection(*spec); !wrong.empty()) return fail(Errc::Usage, std::move(wrong), std::string(id));
  return std::make_shared<const FloatFormat>(
      FormatInfo{.id = std::string(id),
                 .title = fmt::format("custom {}-{}-{}", spec->signBits, spec->exponentBits, spec->fractionBits),
                 .name = fmt::format("custom float, bias {}", spec->bias),
                 .family = FormatFamily::Custom,
                 .source = "its own id"},
      *spec);
}

}  // namespace

const FormatRule& custom_entry() {
  static const FormatRule rule{"custom:sSeEmM,bias=B,specials=ieee|nan|none|fnuz,subnormals=yes|no", {}, claims, make};
  return rule;
}

}  // namespace ulpscope
