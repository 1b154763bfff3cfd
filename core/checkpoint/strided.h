// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/byte_source.h"

namespace ulpscope {

/// Elements of a storage seen as a tensor: element (i, j, ...) is the storage's element
/// offset + i * stride[0] + j * stride[1] + ... Strides of 0 repeat elements. As many strides as sizes.
struct StridedView {
  std::uint64_t offset = 0;
  std::vector<std::uint64_t> size;
  std::vector<std::uint64_t> stride;

  friend bool operator==(const StridedView&, const StridedView&) = default;

  /// One past the last element of the storage that the view touches; nothing if that needs more than 64 bits. `offset`
  /// for a view of no elements.
  std::optional<std::uint64_t> end() const;
  /// Whether its elements, row-major, are those of the storage one after the other.
  bool isContiguous() const;
};

/// The elements of `view`, row-major, of `elementBytes` each: made when they are read, so that a view may repeat its
/// storage a million times over. Parts of transposed matrices are read in tiles. Preconditions: view.end() elements
/// lie in `storage`, and the bytes of all elements fit 64 bits.
std::shared_ptr<const ByteSource> gathered(std::shared_ptr<const ByteSource> storage, std::size_t elementBytes,
                                           const StridedView& view);

}  // namespace ulpscope
