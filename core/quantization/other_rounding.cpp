// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/other_rounding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/formats/number_format.h"
#include "core/quantization/code_board.h"
#include "core/quantization/pieces.h"
#include "core/quantization/scale_blocks.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kPiece = 1 << 16;       ///< elements that a thread is given at once
constexpr std::size_t kMostSampledBlocks = 64;  ///< in which the order of the codes is looked for

struct Choice {
  int code;
  double value;
};

/// The codes in the order of their values, each value once. It is the same in all blocks, up to its direction; a block
/// whose scale makes values equal does not tell it.
class CodeOrder {
 public:
  CodeOrder(const ScaleBlocks& blocks, const QuantizedTensor& tensor)
      : m_lowest(tensor.signedCodes ? -(1 << (tensor.codeBits - 1)) : 0), m_places(std::size_t{1} << tensor.codeBits) {
    std::optional<std::uint64_t> looked;
    std::size_t sampled = 0;
    for (std::uint64_t i = 0; i < tensor.codes.size() && sampled < kMostSampledBlocks; ++i) {
      if (const std::uint64_t block = blocks.of(i); looked != block) {
        looked = block;
        if (takeLonger(blocks, i)) ++sampled;
      }
    }
  }

  std::optional<int> placeOf(int code) const {
    const auto index = static_cast<std::size_t>(code - m_lowest);
    return index < m_places.size() ? m_places[index] : std::nullopt;
  }
  /// nullopt: beyond the first or the last.
  std::optional<int> codeAt(int place) const {
    if (place < 0 || place >= static_cast<int>(m_codes.size())) return std::nullopt;
    return m_codes[static_cast<std::size_t>(place)];
  }

 private:
  /// Takes the order of the element's block if it tells more values apart; whether the block has any.
  bool takeLonger(const ScaleBlocks& blocks, std::uint64_t element) {
    std::vector<Choice> choices;
    for (int code = m_lowest; code < m_lowest + static_cast<int>(m_places.size()); ++code)
      if (const auto value = blocks.value(element, code); value && std::isfinite(*value))
        choices.push_back({code, double{*value}});
    // Of equal values, the two zeros among them, the code that is listed first stands for all.
    std::ranges::stable_sort(choices, {}, &Choice::value);
    std::vector<int> codes;
    std::vector<std::optional<int>> places(m_places.size());
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (i == 0 || choices[i].value != choices[i - 1].value) codes.push_back(choices[i].code);
      places[static_cast<std::size_t>(choices[i].code - m_lowest)] = static_cast<int>(codes.size()) - 1;
    }
    if (codes.size() > m_codes.size()) {
      m_codes = codes;
      m_places = std::move(places);
    }
    return codes.size() > 1;
  }

  int m_lowest;
  std::vector<int> m_codes;
  std::vector<std::optional<int>> m_places;  ///< of code m_lowest + i
};

/// Chooses codes of one result anew.
class Rounder {
 public:
  Rounder(const ScaleBlocks& blocks, const QuantizedTensor& tensor, const CodeRounding& rounding)
      : m_blocks(blocks), m_order(blocks, tensor), m_tensor(tensor), m_rounding(rounding) {}

  /// nullopt: the element stays as it is.
  std::optional<Choice> choose(std::uint64_t element, float weight) const {
    const double x = weight;
    const int code = codeNumber(m_tensor, element);
    const auto value = m_blocks.value(element, code);
    if (!value || *value != m_tensor.restored[element] || !std::isfinite(x) || !std::isfinite(*value) || x == *value)
      return std::nullopt;
    // From the scheme's own choice toward the weight: next to it, as a rule.
    const bool rises = x > double{*value};
    Choice near{code, double{*value}};
    for (;;) {
      const auto far = next(element, near, rises);
      if (!far) return near;
      if (far->value == x) return far;
      if ((far->value > x) == rises) return rises ? between(near, x, *far, element) : between(*far, x, near, element);
      near = *far;
    }
  }

 private:
  /// The code with the next larger (smaller) value; nullopt: there is none.
  std::optional<Choice> next(std::uint64_t element, const Choice& from, bool rises) const {
    const auto place = m_order.placeOf(from.code);
    if (!place) return std::nullopt;
    for (const int step : {1, -1})
      for (int at = *place + step;; at += step) {
        const auto code = m_order.codeAt(at);
        if (!code) break;
        const auto value = m_blocks.value(element, *code);
        if (!value || !std::isfinite(*value)) break;
        if (double{*value} == from.value) continue;
        if ((double{*value} > from.value) == rises) return Choice{*code, double{*value}};
        break;
      }
    return std::nullopt;
  }

  Choice between(const Choice& below, double x, const Choice& above, std::uint64_t element) const {
    switch (m_rounding.mode) {
      case Rounding::TowardNegative:
        return below;
      case Rounding::TowardPositive:
        return above;
      case Rounding::TowardZero:
        if (x != 0) return x > 0 ? below : above;
        break;
      case Rounding::Stochastic: {
        const RandomBits draw = randomBits(m_rounding.seed, element);
        const auto& [back, away] = x < 0 ? std::tie(above, below) : std::tie(below, above);
        const double share = (x - back.value) / (away.value - back.value);
        return std::ldexp(share, draw.count) > static_cast<double>(draw.value) + 0.5 ? away : back;
      }
      default:
        break;
    }
    const double toBelow = x - below.value;
    const double toAbove = above.value - x;
    if (toBelow != toAbove) return toBelow < toAbove ? below : above;
    if (m_rounding.mode == Rounding::NearestAway) return x < 0 ? below : above;
    return below.code % 2 == 0 ? below : above;
  }

  const ScaleBlocks& m_blocks;
  const CodeOrder m_order;
  const QuantizedTensor& m_tensor;
  const CodeRounding m_rounding;
};

class OtherRounding final : public Scheme {
 public:
  OtherRounding(std::shared_ptr<const Scheme> scheme, const CodeRounding& rounding)
      : m_scheme(std::move(scheme)), m_rounding(rounding) {}

  const SchemeInfo& info() const override { return m_scheme->info(); }
  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override {
    if (!info().notRounded.empty())
      return fail(Errc::Unsupported,
                  fmt::format("codes that are roundings of their weights expected for another rounding; here {}",
                              info().notRounded),
                  info().id);
    return m_scheme->bitsPerWeight(shape, settings);
  }

  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override {
    if (auto bits = bitsPerWeight(input.weights.shape, settings); !bits) return tl::unexpected(std::move(bits).error());
    auto result = m_scheme->quantize(input, settings, backend, job);
    if (!result) return result;
    const auto blocks = m_scheme->scaleBlocks(*result, settings);
    if (!blocks) return tl::unexpected(blocks.error());
    const Rounder rounder(*blocks, *result, m_rounding);
    const auto round = [&](std::uint64_t begin, std::uint64_t end) {
      for (std::uint64_t i = begin; i < end; ++i)
        if (const auto choice = rounder.choose(i, input.weights.values[i])) {
          result->codes[i] = static_cast<std::uint8_t>(choice->code);
          result->restored[i] = static_cast<float>(choice->value);
        }
    };
    if (auto done = inPieces(result->codes.size(), kPiece, 0, backend, job, round); !done)
      return tl::unexpected(std::move(done).error());
    result->packed.clear();
    return result;
  }

  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override {
    auto lines = m_scheme->explain(input, result, settings, index);
    if (!lines.empty())
      lines.push_back({"Rounding", std::string(idOf(m_rounding.mode)), "in place of the scheme's own; scales are its"});
    return lines;
  }

  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override {
    return m_scheme->scaleBlocks(result, settings);
  }

 private:
  const std::shared_ptr<const Scheme> m_scheme;
  const CodeRounding m_rounding;
};

}  // namespace

std::shared_ptr<const Scheme> roundedOtherwise(std::shared_ptr<const Scheme> scheme, const CodeRounding& rounding) {
  return std::make_shared<OtherRounding>(std::move(scheme), rounding);
}

}  // namespace ulpscope
