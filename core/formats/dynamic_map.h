// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "core/formats/codebook_format.h"

namespace ulpscope {

/// The 256 values of bitsandbytes' dynamic 8-bit types, rising with the code: create_dynamic_map(signed, 7, 8) of
/// functional.py (0.50.2), after arXiv 1511.04561.
///
/// A magnitude is a tree in 7 bits, 8 without a sign: a run of z zeros for the power of ten, an indicator 1, and the
/// rest a linear fraction. With f fraction bits m, it is 10^-z * (0.1 + 0.9 * (m + 1/2) / 2^f). The tree is the
/// distance of the code from that of zero, plus 1 without a sign. Code 0 is zero without a sign, 127 is zero with one,
/// and 255 is 1.
///
/// All arithmetic is in float32 in the library's order. Its linspace(0.1, 1, n) counts from 0.1 up to the middle and
/// from 1 down beyond it, each value by a fused multiply-add: so does torch 2.15 on x86 with FMA.
std::array<float, 256> dynamicMap(bool isSigned);

/// How the tree of `code` becomes its value.
std::string dynamicDerivation(bool isSigned, std::uint64_t code);

inline constexpr const char* kDynamicSource =
    "bitsandbytes 0.50.2, functional.py create_dynamic_map and csrc/kernels.cu dQuantize; arXiv 1511.04561";

/// The map as a code book. dQuantize (csrc/kernels.cu) searches it by halving, so its last pivot is an even code, and
/// compares with the float32 midpoint between that and the neighbour: strictly, so a tie takes the pivot. The default
/// operators of bitsandbytes 0.50.2 send ties to the lower code; its CPU library reads codes from a table of 65,536
/// steps of 2^-15, coarser than this map below 1e-4, and so gives other codes there (0 becomes code 131 of the signed
/// map).
template <bool kSigned>
const Codebook& dynamicBook() {
  static const auto values = dynamicMap(kSigned);
  static const auto thresholds = floatMidpoints(values);
  static const Codebook book{
      .values = values, .thresholds = thresholds, .tie = Codebook::Tie::EvenCode, .derivation = [](std::uint64_t code) {
        return dynamicDerivation(kSigned, code);
      }};
  return book;
}

}  // namespace ulpscope
