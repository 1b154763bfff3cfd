// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/protobuf_wire.h"

namespace ulpscope {

/// Whether `file` ends like a sorted string table.
bool looksLikeSortedTable(const ByteSource& file);

/// Calls take(key, value) for each entry of a sorted string table, in the order of its keys; what `take` gets is there
/// during the call only. Blocks whose checksum is wrong are Damaged, or read all the same with a warning.
Result<> eachTableEntry(const ByteSource& file, const OpenContext& context, std::vector<std::string>& warnings,
                        const std::function<Result<>(const std::string& key, const WireMessage& value)>& take);

/// CRC-32C (Castagnoli), as in RFC 3720.
std::uint32_t crc32c(std::span<const std::byte> bytes);

}  // namespace ulpscope
