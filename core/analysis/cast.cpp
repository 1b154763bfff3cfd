// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/cast.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

/// Elements between two looks at the stop token: well under 20 ms of work.
constexpr std::size_t kStep = 16'384;

/// One element after the other, as the rule has it.
class ElementEncoder {
 public:
  static Result<ElementEncoder> of(const CastRule& rule) {
    if (rule.like == nullptr) return ElementEncoder(rule, nullptr);
    if (const StackConversion* conversion = conversionTo(*rule.like, rule.format))
      return ElementEncoder(rule, conversion);
    return fail(Errc::Unsupported, fmt::format("{}: {}", rule.like->title, rule.like->otherwise),
                rule.format.info().id);
  }

  Result<Encoded> operator()(const Unrounded& number, std::size_t index) const {
    if (m_conversion != nullptr) {
      const StackOutcome outcome = encodeLike(*m_conversion, m_rule.format, number);
      if (!outcome.isOpen()) return outcome.encoded;
      return fail(Errc::Unsupported, fmt::format("{}, found at element {}",
                                                 ruleText(*m_rule.like, m_rule.format, number, outcome), index));
    }
    const RoundingChoice rounding(m_rule.rounding, randomBits(m_rule.seed, index, m_rule.randomBits));
    const Encoded encoded = m_rule.format.encode(number, rounding, m_rule.overflow);
    if (!encoded.lostNan || m_rule.nanBecomesZero) return encoded;
    return fail(Errc::Usage, fmt::format("numbers expected, found NaN at element {}, which {} cannot hold", index,
                                         m_rule.format.info().id));
  }

 private:
  ElementEncoder(const CastRule& rule, const StackConversion* conversion) : m_rule(rule), m_conversion(conversion) {}

  const CastRule& m_rule;
  const StackConversion* m_conversion;  ///< of m_rule.like
};

template <class Value>
Result<CastResult> castAll(std::span<const Value> input, const CastRule& rule, const JobContext& job) {
  static_assert(std::endian::native == std::endian::little, "codes are cut off from the front of a 64-bit word");
  const auto encode = ElementEncoder::of(rule);
  if (!encode) return tl::unexpected(encode.error());
  CastResult result;
  result.elements = input.size();
  const auto bits = static_cast<unsigned>(rule.format.info().codeBits);
  const std::size_t codeBytes = std::bit_ceil((bits + 7) / 8);
  result.codeBytes = static_cast<int>(codeBytes);
  result.codes.resize(input.size() * codeBytes);
  result.values.resize(input.size());
  for (std::size_t i = 0; i < input.size(); ++i) {
    const Result<Encoded> encoded = (*encode)(unrounded(input[i]), i);
    if (!encoded) return tl::unexpected(encoded.error());
    result.exact += encoded->exact ? 1 : 0;
    result.overflowed += encoded->overflowed ? 1 : 0;
    result.underflowed += encoded->underflowed ? 1 : 0;
    result.nonFinite += std::isfinite(input[i]) ? 0 : 1;
    std::memcpy(result.codes.data() + i * codeBytes, &encoded->code, codeBytes);
    result.values[i] = toDouble(rule.format.decode(encoded->code));
    if (i % kStep == kStep - 1)
      if (auto going = job.step(kStep * sizeof(Value)); !going) return tl::unexpected(std::move(going).error());
  }
  if (auto going = job.step(input.size() % kStep * sizeof(Value)); !going)
    return tl::unexpected(std::move(going).error());
  if constexpr (std::is_same_v<Value, double>)
    result.metrics = measureError(input, std::span<const double>(result.values));
  else
    result.metrics = measureError(std::vector<double>(input.begin(), input.end()), result.values);
  return result;
}

}  // namespace

Result<CastResult> castArray(std::span<const float> input, const CastRule& rule, const JobContext& job) {
  return castAll(input, rule, job);
}
Result<CastResult> castArray(std::span<const double> input, const CastRule& rule, const JobContext& job) {
  return castAll(input, rule, job);
}

}  // namespace ulpscope
