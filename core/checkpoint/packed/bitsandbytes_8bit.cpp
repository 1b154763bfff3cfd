// SPDX-License-Identifier: Apache-2.0
//
// bitsandbytes LLM.int8() (Int8Params): X.weight I8 [out, in], X.SCB F32 [out] (the largest magnitude of each row), and
// X.weight_format U8, 0 for plain rows; older files kept tiles for Turing and Ampere, which are not undone here.
// value = code * SCB[row] * (1/127), in float32: two products, each rounded (functional.py int8_vectorwise_dequant).
#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/checkpoint/packed/packed_convention.h"

namespace ulpscope {
namespace {

constexpr float kPerCode = 7.874015718698502e-3F;  ///< the library's 1/127

struct Decoder {
  std::uint64_t columns;
  TensorSource codes, scales;

  Result<> operator()(std::uint64_t row, std::uint64_t column, std::span<float> values) const {
    float scale = 0;
    if (auto read = readPart(scales, row, {&scale, 1}); !read) return read;
    if (auto read = readPart(codes, row * columns + column, values); !read) return read;
    for (float& value : values) {
      const float scaled = value * scale;
      value = scaled * kPerCode;
    }
    return {};
  }
};

constexpr std::array<std::string_view, 1> kMethods{"bitsandbytes"};
constexpr std::array<std::string_view, 1> kAnchors{".SCB"};

class Bitsandbytes8Bit final : public PackedConvention {
 public:
  std::string_view id() const override { return "bitsandbytes_8bit"; }
  std::string_view title() const override { return "bitsandbytes 8-bit"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo&,
                                             std::string_view base) const override {
    PackedParts parts(scan, base);
    const TensorInfo* const codes = parts.need(".weight", {"I8"}, 2);
    const TensorInfo* const scales = parts.need(".SCB", {"F32"}, 1);
    const TensorInfo* const layout = parts.optional(".weight_format", {"U8", "I8", "I32", "I64"});
    if (parts.sound()) parts.expectElements(scales, codes->shape[0]);
    if (parts.sound()) parts.expect(codes->elements > 0, codes, "at least one element");
    if (parts.sound() && layout) parts.expectElements(layout, 1);
    if (!parts.sound()) return tl::unexpected(parts.error());
    if (layout) {
      const auto format = readScalarDouble(parts.source(layout));
      if (!format) return tl::unexpected(format.error());
      if (*format != 0) {
        PackedWeight named{
            .name = {}, .storedType = {}, .title = {}, .shape = {}, .parts = parts.indices(), .decode = {}};
        named.remark = "Part of an LLM.int8() weight in a layout for one generation of GPUs, which is not undone here.";
        return named;
      }
    }
    PackedWeight found{.name = std::string(base) + ".weight",
                       .storedType = "bnb INT8",
                       .title = "bitsandbytes LLM.int8(), a scale a row",
                       .shape = codes->shape,
                       .type = ValueType::F32,
                       .parts = parts.indices(),
                       .decode = {},
                       .rows = codes->shape[0],
                       .columns = codes->shape[1]};
    found.decode = Decoder{codes->shape[1], parts.source(codes), parts.source(scales)};
    return found;
  }

 private:
  static Result<double> readScalarDouble(const TensorSource& part) { return part.valueAt(0); }
};

}  // namespace

const PackedConvention& bitsandbytes_8bit_entry() {
  static const Bitsandbytes8Bit convention;
  return convention;
}

}  // namespace ulpscope
