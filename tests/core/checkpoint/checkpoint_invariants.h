// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/checked.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope::test {

/// Reads the first elements and the last: that must work, or be a proper error where the elements are made from other
/// bytes (compressed data may turn out to be damaged only then).
inline std::string brokenElements(const TensorSource& source) {
  const TensorInfo& tensor = source.info();
  const std::uint64_t count = std::min<std::uint64_t>(8, tensor.elements);
  if (count == 0) return "";
  std::vector<double> values(count);
  const auto broken = [&](const Error& error) {
    if (error.message.empty()) return std::string("an error without a message");
    return tensor.storage ? std::string() : "an element that cannot be read: " + error.message;
  };
  if (count % 8 == 0 || source.type().bits % 8 == 0)
    if (auto read = source.readDoubles(0, values); !read)
      if (std::string reason = broken(read.error()); !reason.empty()) return reason;
  if (auto last = source.valueAt(tensor.elements - 1); !last) return broken(last.error());
  return "";
}

/// What must hold of every checkpoint that a reader accepts, whatever the file was; empty if all of it does. Shared by
/// the tests of mutated files and the fuzz targets.
inline std::string brokenInvariant(const Checkpoint& checkpoint, bool damaged) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    const TensorInfo& tensor = checkpoint.tensors[i];
    const std::size_t count = checkpoint.tensors.size();
    if (tensor.file >= checkpoint.files.size()) return "a tensor in a file that is not there";
    if (!names.insert(tensor.name).second) return "two tensors of one name";
    if (checkedProduct(tensor.shape) != tensor.elements) return "elements other than the product of the shape";
    if (tensor.partOf && *tensor.partOf >= count) return "a part of a tensor that is not there";
    if (tensor.sharesWith && *tensor.sharesWith >= i) return "bytes shared with a tensor that does not stand before";
    if (tensor.packing)
      for (const std::size_t part : tensor.packing->parts)
        if (part >= count || checkpoint.tensors[part].partOf != i) return "a part that does not know its whole";
    const std::uint64_t size = checkpoint.files[tensor.file]->size();
    const bool inside = tensor.offset <= size && tensor.bytes <= size - tensor.offset;
    // A packed weight that is only named has the bytes of its parts, which lie anywhere.
    const bool isNamed = tensor.packing && !tensor.type;
    if (!tensor.storage && !inside && !damaged && !isNamed) return "a tensor outside its file";
    const std::optional<std::uint64_t> bytes =
        tensor.type ? byteSize(*tensor.type, tensor.elements) : std::optional<std::uint64_t>();
    if (tensor.type && !bytes) return "elements that do not fill bytes";
    if (bytes && !tensor.storage && *bytes != tensor.bytes) return "bytes other than those of the elements";
    if (bytes && tensor.storage && *bytes != tensor.storage->size()) return "a storage of another size";

    const auto source = checkpoint.source(i);
    if (source.has_value() != ((inside || tensor.storage) && tensor.isReadable()))
      return "readable where it should not be, or not where it should";
    if (!source) continue;
    if (std::string broken = brokenElements(*source); !broken.empty()) return broken;
  }
  return damaged && checkpoint.warnings.size() > 1000 ? "a warning for each place" : "";
}

}  // namespace ulpscope::test
