// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>

#include "core/base/atomic_file.h"
#include "core/base/result.h"
#include "core/formats/number_format.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// Ids and names from the command line. What is not known is a Usage error that lists what is.
Result<const NumberFormat*> formatOf(std::string_view id);
Result<const Scheme*> schemeOf(std::string_view id);
Result<Rounding> roundingOf(std::string_view id);
Result<Overflow> overflowOf(std::string_view id);

/// The choices, for help texts: "a, b, c".
std::string roundingIds();
std::string overflowIds();

/// Usage if `path` exists and may not be replaced; said before the work, AtomicFile says it again after it.
Result<> checkFree(const std::string& path, bool force);

inline AtomicFile::Existing existing(bool force) {
  return force ? AtomicFile::Existing::Replace : AtomicFile::Existing::Keep;
}

}  // namespace ulpscope
