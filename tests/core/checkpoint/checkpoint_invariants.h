// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/base/checked.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope::test {

/// What must hold of every checkpoint that a reader accepts, whatever the file was; empty if all of it does. Shared by
/// the tests of mutated files and the fuzz targets.
inline std::string brokenInvariant(const Checkpoint& checkpoint, bool damaged) {
  std::set<std::string_view> names;
  std::uint64_t sum = 0;
  std::uint64_t fileBytes = 0;
  for (const auto& file : checkpoint.files) fileBytes += file->size();
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    const TensorInfo& tensor = checkpoint.tensors[i];
    if (tensor.file >= checkpoint.files.size()) return "a tensor in a file that is not there";
    if (!names.insert(tensor.name).second) return "two tensors of one name";
    if (checkedProduct(tensor.shape) != tensor.elements) return "elements other than the product of the shape";
    if (tensor.type && byteSize(*tensor.type, tensor.elements) != tensor.bytes)
      return "bytes other than those of the elements";
    const std::uint64_t size = checkpoint.files[tensor.file]->size();
    const bool inside = tensor.offset <= size && tensor.bytes <= size - tensor.offset;
    if (!inside && !damaged) return "a tensor outside its file";
    sum += inside ? tensor.bytes : 0;

    const auto source = checkpoint.source(i);
    if (source.has_value() != (inside && tensor.type && tensor.type->readable))
      return "readable where it should not be, or not where it should";
    if (!source) continue;
    const std::uint64_t count = std::min<std::uint64_t>(8, tensor.elements);
    std::vector<double> values(count);
    if (count % 8 == 0 || tensor.type->bits % 8 == 0)
      if (auto read = source->readDoubles(0, values); !read)
        return "a tensor that cannot be read: " + read.error().message;
    if (count > 0 && !source->valueAt(tensor.elements - 1)) return "a last element that cannot be read";
  }
  if (damaged) return checkpoint.warnings.size() > 2 ? "a warning for each place" : "";
  if (sum > fileBytes) return "more bytes in tensors than in files";
  return "";
}

}  // namespace ulpscope::test
