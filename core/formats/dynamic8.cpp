// SPDX-License-Identifier: Apache-2.0
// The two sides of zero are alike but for the ends: 1 is a value, -1 is not.
// dQuantize (csrc/kernels.cu) searches the table by halving, so its last pivot is an even code, and compares with the
// float32 midpoint between that and the neighbour: strictly, so a tie takes the pivot. The default operators of
// bitsandbytes 0.50.2 send ties to the lower code; its CPU library reads codes from a table of 65,536 steps of 2^-15,
// coarser than this map below 1e-4, and so gives other codes there (0 becomes code 131 of the signed map).
#include "core/formats/codebook_format.h"
#include "core/formats/dynamic_map.h"

namespace ulpscope {

const NumberFormat& dynamic8_entry() {
  static const auto values = dynamicMap(true);
  static const auto thresholds = floatMidpoints(values);
  static const CodebookFormat format(
      {.id = "dynamic8",
       .title = "dynamic 8-bit",
       .name = "dynamic tree quantization, 8 bits",
       .family = FormatFamily::CodeBook,
       .source =
           "bitsandbytes 0.50.2, functional.py create_dynamic_map and csrc/kernels.cu dQuantize; arXiv 1511.04561"},
      {.values = values,
       .thresholds = thresholds,
       .tie = Codebook::Tie::EvenCode,
       .derivation = [](std::uint64_t code) { return dynamicDerivation(true, code); }});
  return format;
}

}  // namespace ulpscope
