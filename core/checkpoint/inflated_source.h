// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>

#include "core/base/byte_source.h"

namespace ulpscope {

/// The `size` bytes that `compressed`, one DEFLATE stream (RFC 1951), yields. They are inflated as they are read: from
/// front to back at the speed of zlib, elsewhere from the nearest state kept on the way, at most the 32nd part of the
/// data away. Reads are Corrupt where the stream is damaged, yields more or less, or ends before its bytes do.
/// Precondition: `size` is bounded by the caller; nothing here allocates by it.
std::shared_ptr<const ByteSource> inflatedSource(std::shared_ptr<const ByteSource> compressed, std::uint64_t size);

/// The most that DEFLATE can yield: one bit codes 258 bytes at best, and a block's tables cost a few bytes more.
constexpr std::uint64_t kMostInflation = 1032;

}  // namespace ulpscope
