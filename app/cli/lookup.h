// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
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

/// Opens PATH, with its warnings on standard error unless they are part of a document.
Result<std::shared_ptr<const Checkpoint>> checkpointOf(const std::string& path, bool allowDamaged = false,
                                                       bool followLinks = false);

/// Indices of the tensors whose name matches, in file order; an empty pattern matches all. NotFound if there is none.
Result<std::vector<std::size_t>> tensorsMatching(const Checkpoint& checkpoint, std::string_view pattern);

/// The tensor of that name, ready to be read.
Result<TensorSource> tensorOf(const Checkpoint& checkpoint, std::string_view name);

/// Usage if `path` exists and may not be replaced; said before the work, AtomicFile says it again after it.
Result<> checkFree(const std::string& path, bool force);

inline AtomicFile::Existing existing(bool force) {
  return force ? AtomicFile::Existing::Replace : AtomicFile::Existing::Keep;
}

}  // namespace ulpscope
