// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/hdf5_answer.h"

namespace ulpscope {

/// Why no chunk can be read through these filters, as the end of a sentence; empty if all can.
std::string unsupportedFilter(const std::vector<Hdf5Filter>& filters);

/// The bytes of a chunk of `bytes` bytes from those that are stored, through the filters that `mask` has not left out:
/// deflate, shuffle and fletcher32. Corrupt where they do not yield it. Precondition: unsupportedFilter is empty.
Result<std::vector<std::byte>> decodeHdf5Chunk(std::vector<std::byte> stored, const std::vector<Hdf5Filter>& filters,
                                               std::uint32_t mask, std::size_t bytes, const std::string& subject,
                                               std::uint64_t offset);

/// The elements of a chunked dataset, row-major and in the file's order of bytes, put together as they are read; what
/// no chunk holds is the fill value. Precondition: the chunks lie inside `file`, the shapes have products that fit, and
/// the chunk is at most 4 GiB.
std::shared_ptr<const ByteSource> chunkedSource(std::shared_ptr<const ByteSource> file, Hdf5Dataset dataset);

/// The elements of a dataset that was never written: its fill value, of which nothing is kept. Precondition: their
/// bytes can be counted.
std::shared_ptr<const ByteSource> fillSource(std::string name, const Hdf5Dataset& dataset);

}  // namespace ulpscope
