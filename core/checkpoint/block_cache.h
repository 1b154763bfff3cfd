// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>

#include "core/base/byte_source.h"

namespace ulpscope {

/// The same bytes, read `blockBytes` at a time: for those that cost as much to make in small parts as in large ones, as
/// the rows of a matrix that is stored by columns. Two blocks are kept (threads that read on from each other work in
/// neighbours), until the last byte has been read.
std::shared_ptr<const ByteSource> cachedInBlocks(std::shared_ptr<const ByteSource> bytes, std::size_t blockBytes);

}  // namespace ulpscope
