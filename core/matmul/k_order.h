// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace ulpscope {

/// In what order the products of an element of C are added. What a library does depends on its tiles and is not
/// published for cuBLAS; this is the choice one can make.
struct KOrder {
  enum class Kind : std::uint8_t {
    Sequential,  ///< one accumulator from the first product to the last
    Split,       ///< `count` accumulators, each over its share of K; their sums are added in order
    Promote,     ///< a new accumulator every `count` products; their sums are added in order
  };
  Kind kind = Kind::Sequential;
  std::size_t count = 0;

  /// How many elements of K an accumulator takes: `k` where there is but one; an engine that works on several at once
  /// takes whole ones of these. Sums of several are added in float32 (float64)
  /// to nearest even.
  std::size_t run(std::size_t k) const;
  std::string id() const;  ///< "sequential", "split:4", "promote:128"

  friend bool operator==(const KOrder&, const KOrder&) = default;
};

/// Usage where it is none of those.
Result<KOrder> parseKOrder(std::string_view text);

}  // namespace ulpscope
