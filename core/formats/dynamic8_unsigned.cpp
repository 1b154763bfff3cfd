// SPDX-License-Identifier: Apache-2.0
// For what is never negative, such as Adam's second moment.
// dQuantize (csrc/kernels.cu) searches the table by halving, so its last pivot is an even code, and compares with the
// float32 midpoint between that and the neighbour: strictly, so a tie takes the pivot. The default operators of
// bitsandbytes 0.50.2 send ties to the lower code; its CPU library reads codes from a table of 65,536 steps of 2^-15,
// coarser than this map below 1e-4, and so gives other codes there (0 becomes code 131 of the signed map).
#include "core/formats/codebook_format.h"
#include "core/formats/dynamic_map.h"

namespace ulpscope {

const NumberFormat& dynamic8_unsigned_entry() {
  static const auto values = dynamicMap(false);
  static const auto thresholds = floatMidpoints(values);
  static const CodebookFormat format(
      {.id = "dynamic8_unsigned",
       .title = "dynamic 8-bit unsigned",
       .name = "dynamic tree quantization, 8 bits without a sign",
       .family = FormatFamily::CodeBook,
       .source =
           "bitsandbytes 0.50.2, functional.py create_dynamic_map and csrc/kernels.cu dQuantize; arXiv 1511.04561"},
      {.values = values,
       .thresholds = thresholds,
       .tie = Codebook::Tie::EvenCode,
       .derivation = [](std::uint64_t code) { return dynamicDerivation(false, code); }});
  return format;
}

}  // namespace ulpscope
