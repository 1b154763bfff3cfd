// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/base/result.h"
#include "core/formats/block_format.h"
#include "core/formats/number_format.h"
#include "core/formats/stack.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// Ids and names from the command line. What is not known is a Usage error that lists what is.

Result<const BlockFormat*> blockFormatOf(std::string_view id);
Result<const Scheme*> schemeOf(std::string_view id);
/// In the order given; Usage also for one that is given twice.
Result<std::vector<const Scheme*>> schemesOf(std::span<const std::string> ids);
Result<Rounding> roundingOf(std::string_view id);
Result<Overflow> overflowOf(std::string_view id);
Result<const Stack*> stackOf(std::string_view id);

/// The one name of an element type in texts, from the name as stored: "FP32" for "F32"; an unknown one as it stands.
std::string typeTitle(std::string_view storedType);

/// The choices, for help texts: "a, b, c".
std::string roundingIds();
std::string overflowIds();
std::string stackIds();
std::string blockFormatIds();

/// Usage if `path` exists and may not be replaced, which a file that is read (one of `inputs`) never may; said before
/// the work, AtomicFile says it again after it.
Result<> checkFree(const std::string& path, bool force, std::span<const std::string> inputs);

inline AtomicFile::Existing existing(bool force) {
  return force ? AtomicFile::Existing::Replace : AtomicFile::Existing::Keep;
}

}  // namespace ulpscope
