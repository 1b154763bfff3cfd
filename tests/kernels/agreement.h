// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "core/backend/backend.h"

// What any backend must do as the reference does, to the bit; sums within the bounds of profile_agreement.h. The CUDA
// backend is held to it on the processor in every run of the tests, and on a device by `script/test --gpu`.
namespace ulpscope::kernels {

/// How much is tried: a device in steps of a launch, a processor that plays one in steps of a thread.
enum class Effort { Small, Large };

/// How many elements went through each kernel, by its name, since the program began.
std::map<std::string, std::uint64_t>& executedElements();

// elementwise_agreement.cpp
void expectSameDecoding(const Backend& tested, Effort effort);
void expectSameRounding(const Backend& tested, Effort effort);
void expectSameCodes(const Backend& tested, Effort effort);

// statistics_agreement.cpp
void expectSameProfiles(const Backend& tested, Effort effort);
void expectSameCodeCounts(const Backend& tested, Effort effort);
void expectSameMaxima(const Backend& tested, Effort effort);
void expectSameBlockCounts(const Backend& tested, Effort effort);

// blocks_agreement.cpp
void expectSameBlocks(const Backend& tested, Effort effort);
void expectSameNarrowBlocks(const Backend& tested, Effort effort);

// large_pieces_agreement.cpp
void expectSameBlockErrors(const Backend& tested, Effort effort);
void expectSameNarrowErrors(const Backend& tested, Effort effort);
void expectSameSearches(const Backend& tested, Effort effort);

}  // namespace ulpscope::kernels
