// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>

#include "core/base/result.h"
#include "core/jobs/job.h"

namespace ulpscope {

class Backend;

/// Calls work(begin, end) for all of `items` in pieces of `perPiece`, on the threads of `backend`; between some of them
/// `job` is asked whether to go on, and told of `bytesPerItem` for each item done. Precondition: perPiece > 0.
Result<> inPieces(std::uint64_t items, std::uint64_t perPiece, std::uint64_t bytesPerItem, const Backend& backend,
                  const JobContext& job, const std::function<void(std::uint64_t begin, std::uint64_t end)>& work);

/// Items of `size` elements that make about as much work as a thread should be given at once; at least 1.
std::uint64_t itemsPerPiece(std::uint64_t size);

}  // namespace ulpscope
