// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ulpscope {

/// Counts the blocks that are not what a scheme is made for, for its warnings.
class ScaleTally {
 public:
  /// `scale` is the stored one of `block`. Only blocks whose scale is no ordinary number are looked at: right for
  /// schemes whose scale is not finite where a value is not.
  void add(float scale, std::span<const float> block);
  /// The same for schemes that may give a block with NaN or infinity an ordinary scale.
  void addLooking(float scale, std::span<const float> block);
  void merge(const ScaleTally& other);

  /// One sentence each: "2 blocks hold NaN and are lost".
  std::vector<std::string> warnings() const;

 private:
  std::uint64_t m_nan = 0;
  std::uint64_t m_infinite = 0;
  std::uint64_t m_overflowed = 0;
  std::uint64_t m_flushed = 0;
};

}  // namespace ulpscope
