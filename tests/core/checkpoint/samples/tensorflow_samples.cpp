// SPDX-License-Identifier: Apache-2.0
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/sorted_table_builder.h"

namespace ulpscope::test {

std::vector<ContainerSample> tensorflowSamples() {
  // The key of a slice: 0, the name with 0 1 behind it, the number of dimensions with its bytes, start and length of
  // each with the top bit set.
  const std::string first("\0p\0\1\1\1\x80\x81", 8);
  const std::string second("\0p\0\1\1\1\x81\x82", 8);
  const SortedTable::Entries entries{
      {"", bundleHeader(1)},
      {first, bundleEntry(1, {1}, 4, 4).str()},
      {second, bundleEntry(1, {2}, 8, 8).str()},
      {"_CHECKPOINTABLE_OBJECT_GRAPH", bundleEntry(7, {}, 16, 2).str()},
      {"p", bundleEntry(1, {3}, 0, 0).message(7, bundleSlice({{0, 1}})).message(7, bundleSlice({{1, 2}})).str()},
      {"v/.ATTRIBUTES/VARIABLE_VALUE", bundleEntry(14, {1, 2}, 0, 4).fixed32(6, 0).str()}};
  const std::string data = std::string("\x80\x3F\0\xC0", 4) + rawBytes({1.0F, 2.0F, 3.0F}) + "xx";
  const std::string model = Proto().number(1, 1).message(2, Proto().message(1, Proto().bytes(4, "serve"))).str();
  return {{.name = "tensorflow_checkpoint",
           .reader = "tensorflow",
           .main = "m.index",
           .files = {{"m.index", asBytes(SortedTable::of(entries))}, {"m.data-00000-of-00001", asBytes(data)}},
           .tensors = 3},
          {.name = "tensorflow_snappy",
           .reader = "tensorflow",
           .main = "m.index",
           .files = {{"m.index", asBytes(SortedTable::of(entries, true))}, {"m.data-00000-of-00001", asBytes(data)}},
           .tensors = 3},
          {.name = "tensorflow_saved_model",
           .reader = "tensorflow",
           .main = "saved_model.pb",
           .files = {{"saved_model.pb", asBytes(model)},
                     {"variables/variables.index",
                      asBytes(SortedTable::of({{"", bundleHeader(1, 1)}, {"v", bundleEntry(3, {1}, 0, 4).str()}}))},
                     {"variables/variables.data-00000-of-00001", asBytes(std::string("\0\0\0\5", 4))}},
           .tensors = 1}};
}

}  // namespace ulpscope::test
