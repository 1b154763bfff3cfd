// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <hdf5.h>

#include <cstdint>
#include <optional>

namespace ulpscope::hdf5 {

/// The bytes that were handed over: [offset, offset + length) of descriptor 3.
struct Window {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool lenient = false;  ///< a file that is cut off opens as far as it goes
};

/// Opens them as an HDF5 file, through a driver that reads descriptor 3 and opens nothing: a second opening, which an
/// external link or a virtual dataset would lead to, is refused. Negative where the library will not have it.
hid_t openWindow(const Window& window);

struct Block {
  std::uint64_t address;
  std::uint64_t size;
};

/// While it lives, the library's reads of elements are noted instead of done: so that the address of a chunk is learnt
/// in one look-up, without reading it.
class NotedReads {
 public:
  NotedReads();
  NotedReads(const NotedReads&) = delete;
  NotedReads& operator=(const NotedReads&) = delete;
  ~NotedReads();

  /// The last read since the last call.
  std::optional<Block> take();
};

}  // namespace ulpscope::hdf5
