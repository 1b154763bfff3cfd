// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

namespace ulpscope {

/// How the codes of a result are to be read: which elements share a scale, and what codes are worth beside it. Looks
/// into the result, and must not outlive it. Its functions are called from several threads at once; of `element` they
/// take any of the tensor's.
struct ScaleBlocks {
  std::uint64_t count = 0;
  std::function<std::uint64_t(std::uint64_t element)> of;
  bool inOrder = true;  ///< elements that follow each other in memory are of the same block or of a later one

  /// What the element would be restored as, were this its code (negative where codes are signed). Over the codes, the
  /// values of all blocks rise, or fall, in the same order. nullopt: such a code is never given, or the element is
  /// restored from something else than its code.
  std::function<std::optional<float>(std::uint64_t element, int code)> value;
};

}  // namespace ulpscope
