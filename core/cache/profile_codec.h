// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/analysis/overview.h"
#include "core/analysis/tensor_profile.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// What the cache keeps of a tensor as bytes, and back. The bytes may be anything: what does not decode, in full and
/// to something that could be of this very tensor (lengths, sums of counts, where the smallest and largest value lie),
/// is nothing. Whoever adds a field writes and reads it at the end, and raises the version in the .cpp.
std::string encodeSummary(const TensorSummary& summary);
std::optional<TensorSummary> decodeSummary(std::string_view bytes, const TensorInfo& tensor);

/// Statistics and histogram of types of up to 16 bits follow from the counts of their codes and are made from them
/// again.
std::string encodeProfile(const TensorProfile& profile);
/// Precondition: tensor.isReadable().
std::optional<TensorProfile> decodeProfile(std::string_view bytes, const TensorInfo& tensor);

}  // namespace ulpscope
