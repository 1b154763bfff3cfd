// SPDX-License-Identifier: Apache-2.0
// The codec at compile time: every assertion here also proves that the line is constexpr.
#include <limits>

#include "core/formats/codec.h"

namespace ulpscope {
namespace {

constexpr FloatSpec kHalf{.exponentBits = 5, .fractionBits = 10, .bias = 15};
constexpr FloatSpec kBfloat{.exponentBits = 8, .fractionBits = 7, .bias = 127};
constexpr FloatSpec kTfloat{.exponentBits = 8, .fractionBits = 10, .bias = 127, .paddingBits = 13};
constexpr FloatSpec kE5m2{.exponentBits = 5, .fractionBits = 2, .bias = 15};
constexpr FloatSpec kE4m3{.exponentBits = 4, .fractionBits = 3, .bias = 7, .specials = Specials::NanOnly};
constexpr FloatSpec kE2m1{.exponentBits = 2, .fractionBits = 1, .bias = 1, .specials = Specials::None};
constexpr FloatSpec kNoSubnormals{
    .exponentBits = 4, .fractionBits = 3, .bias = 7, .specials = Specials::None, .bottom = Bottom::Flushed};

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

constexpr std::uint64_t nearest(const FloatSpec& spec, float value, Overflow overflow = Overflow::Format) {
  return encodeFloat(spec, value, Rounding::NearestEven, overflow).code;
}
constexpr std::uint64_t rounded(const FloatSpec& spec, float value, Rounding rounding) {
  return encodeFloat(spec, value, rounding, Overflow::Format).code;
}

// -27.15625 = -1.101100101b * 2^4
static_assert(nearest(kHalf, -27.15625F) == 0xCECA);
static_assert(nearest(kFloat32Spec, -27.15625F) == 0xC1D94000);
static_assert(nearest(kBfloat, -27.15625F) == 0xC1D9);
static_assert(rounded(kBfloat, -27.15625F, Rounding::TowardZero) == 0xC1D9);
static_assert(nearest(kTfloat, -27.15625F) == 0xC1D94000);
static_assert(nearest(kE4m3, -27.15625F) == 0xDE);
static_assert(nearest(kE5m2, -27.15625F) == 0xCF);
static_assert(nearest(kE2m1, -27.15625F) == 0xF);
// The double path gives the same as the float path.
static_assert(encodeFloat(kHalf, decodeFloat(kFloat64Spec, std::bit_cast<std::uint64_t>(-27.15625)),
                          Rounding::NearestEven, Overflow::Format) == Encoded{.code = 0xCECA});

// 0.1 to nearest.
static_assert(nearest(kHalf, 0.1F) == 0x2E66 && nearest(kBfloat, 0.1F) == 0x3DCD);
static_assert(nearest(kE4m3, 0.1F) == 0x1D && nearest(kE5m2, 0.1F) == 0x2E && nearest(kE2m1, 0.1F) == 0);

// 1 + 2^-8 lies halfway between bfloat16's 0x3F80 and 0x3F81.
static_assert(rounded(kBfloat, 1.00390625F, Rounding::NearestEven) == 0x3F80);
static_assert(rounded(kBfloat, 1.00390625F, Rounding::NearestAway) == 0x3F81);
static_assert(rounded(kBfloat, 1.00390625F, Rounding::TowardZero) == 0x3F80);
static_assert(rounded(kBfloat, 1.00390625F, Rounding::TowardPositive) == 0x3F81);
static_assert(rounded(kBfloat, -1.00390625F, Rounding::TowardPositive) == 0xBF80);
static_assert(rounded(kBfloat, 1.00390625F, Rounding::TowardNegative) == 0x3F80);
static_assert(rounded(kBfloat, -1.00390625F, Rounding::TowardNegative) == 0xBF81);
static_assert(rounded(kBfloat, 1.00390625F, Rounding::ToOdd) == 0x3F81);
static_assert(rounded(kBfloat, 1.01F, Rounding::ToOdd) == 0x3F81);

// Overflow. E4M3: 464 is halfway between 448 and the 480 that would come next, and 480 has the odd significand.
static_assert(nearest(kE4m3, 464.0F) == 0x7E);
static_assert(encodeFloat(kE4m3, 464.0F, Rounding::NearestEven, Overflow::Format).overflowed == false);
static_assert(nearest(kE4m3, 465.0F) == 0x7F && nearest(kE4m3, -465.0F) == 0xFF);
static_assert(nearest(kE4m3, kInfinity) == 0x7F && nearest(kE4m3, kInfinity, Overflow::Saturate) == 0x7E);
static_assert(nearest(kE4m3, 1e30F, Overflow::Infinity) == 0x7F);
static_assert(nearest(kE5m2, 61439.0F) == 0x7B && nearest(kE5m2, 61440.0F) == 0x7C);
static_assert(nearest(kE5m2, 1e30F, Overflow::Nan) == 0x7E && nearest(kE5m2, kInfinity, Overflow::Saturate) == 0x7B);
static_assert(nearest(kE2m1, kInfinity) == 7 && nearest(kE2m1, -1e30F, Overflow::Nan) == 0xF);
static_assert(rounded(kHalf, 65519.99F, Rounding::NearestEven) == 0x7BFF);
static_assert(rounded(kHalf, 65520.0F, Rounding::NearestEven) == 0x7C00);
static_assert(rounded(kHalf, 1e30F, Rounding::TowardZero) == 0x7BFF);
static_assert(rounded(kHalf, 1e30F, Rounding::ToOdd) == 0x7BFF);
static_assert(rounded(kHalf, -1e30F, Rounding::TowardPositive) == 0xFBFF);
static_assert(rounded(kHalf, 65504.5F, Rounding::TowardPositive) == 0x7C00);
static_assert(rounded(kHalf, kInfinity, Rounding::TowardZero) == 0x7C00);
static_assert(encodeFloat(kHalf, kInfinity, Rounding::NearestEven, Overflow::Format) == Encoded{.code = 0x7C00});

// NaN: the sign stays, the fraction is the quiet one; lost where there is none.
static_assert(nearest(kHalf, kNan) == 0x7E00 && nearest(kBfloat, -kNan) == 0xFFC0);
static_assert(nearest(kE5m2, kNan) == 0x7E && nearest(kE4m3, -kNan) == 0xFF);
static_assert(encodeFloat(kE2m1, kNan, Rounding::NearestEven, Overflow::Format) ==
              Encoded{.code = 0, .exact = false, .lostNan = true});

// Subnormals, and the carry from the largest of them into the smallest normal.
static_assert(nearest(kHalf, 0x1p-24F) == 1 && nearest(kHalf, 0x1p-25F) == 0 && nearest(kHalf, 0x1.000002p-25F) == 1);
static_assert(nearest(kHalf, 0x1.ffep-15F) == 0x0400 && nearest(kHalf, 0x1.ff8p-15F) == 0x03FF);
static_assert(nearest(kBfloat, std::numeric_limits<float>::denorm_min()) == 0);
static_assert(rounded(kBfloat, std::numeric_limits<float>::denorm_min(), Rounding::TowardPositive) == 1);
static_assert(encodeFloat(kE4m3, 0x1p-149F, Rounding::NearestEven, Overflow::Format).underflowed);

// Padding: ignored when read, zero when written.
static_assert(decodeFloat(kTfloat, 0xC1D95FFF) == decodeFloat(kTfloat, 0xC1D94000));
static_assert(nearest(kTfloat, 0x1.801p0F) == 0x3FC00000 && nearest(kTfloat, 0x1.803p0F) == 0x3FC02000);

// Without subnormals the step from zero to the smallest normal, 2^-6, is a single one.
static_assert(nearest(kNoSubnormals, 0x1p-7F) == 0 && nearest(kNoSubnormals, 0x1.1p-7F) == 0x08);
static_assert(decodeFloat(kNoSubnormals, 0x07).kind == Unrounded::Kind::Zero);

// Sticky: just above the tie.
static_assert(encodeFloat(kBfloat, {Unrounded::Kind::Finite, false, 0x8080000000000000, -63, true},
                          Rounding::NearestEven, Overflow::Format)
                  .code == 0x3F81);

static_assert(roundFloat(kE4m3, 0.1F, Rounding::NearestEven, Overflow::Format) == 0.1015625F);
static_assert(decodeToFloat(kBfloat, 0x0001) == 0x1p-133F && decodeToFloat(kHalf, 0x8001) == -0x1p-24F);
static_assert(std::bit_cast<std::uint32_t>(roundFloat(kE2m1, -kNan, Rounding::NearestEven, Overflow::Format)) ==
              0xFFC00000);

}  // namespace
}  // namespace ulpscope
