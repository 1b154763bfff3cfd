// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// The file begins with "GGUF".
bool beginsLikeGguf(const ByteSource& file);

/// A GGUF file stored inside another.
struct InnerGguf {
  std::string name;  ///< within the archive
  std::shared_ptr<const ByteSource> bytes;
};

/// The first GGUF file in the archive that ends a program, as llamafile makes them: an executable whose weights are
/// stored, not compressed, in a ZIP archive behind the code. NotFound if `file` is nothing like that.
Result<InnerGguf> findGgufInProgram(const std::shared_ptr<const ByteSource>& file, const Limits& limits);

}  // namespace ulpscope
