// SPDX-License-Identifier: Apache-2.0
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/hdf5_builder.h"
#include "tests/core/checkpoint/zip_builder.h"

namespace ulpscope::test {
namespace {

using Builder = Hdf5Builder;

/// A contiguous dataset in a group, a chunk with a checksum, one that was never written, links.
std::string someFile() {
  Builder file;
  const std::string bytes("\0\1\2\3\4\5\6\7", 8);
  const auto plain = file.dataset(Builder::floatType(2), {2, 2}, bytes);
  const auto group = file.group({Builder::hardLink("w", plain), Builder::softLink("s", "/g")});
  const auto chunk = file.data(bytes);
  const auto chunked = file.object({Builder::space({4}), Builder::type(Builder::integerType(2, true, true)),
                                    Builder::filters({{2, {2}}}), Builder::oneChunk({4}, 2, chunk, 8)});
  const auto unwritten = file.object(
      {Builder::space({9}), Builder::type(Builder::integerType(1, false)), Builder::contiguous(Builder::kNowhere, 9)});
  return file.bytes(file.group({Builder::hardLink("c", chunked), Builder::hardLink("g", group),
                                Builder::hardLink("n", unwritten), Builder::text("a", "text")}));
}

}  // namespace

std::vector<ContainerSample> hdf5Samples() {
  // Each opening starts a process.
  return {{.name = "hdf5",
           .reader = "hdf5",
           .main = "m.h5",
           .files = {{"m.h5", asBytes(someFile())}},
           .tensors = 3,
           .stride = 19}};
}

std::vector<ContainerSample> kerasSamples() {
  const auto archive = [](std::uint16_t method) {
    Builder file;
    const auto weight = file.dataset(Builder::floatType(4), {2}, std::string(8, '\1'));
    const std::string weights = file.bytes(file.group({Builder::hardLink("0", weight)}));
    return asBytes(ZipBuilder()
                       .add("metadata.json", "{}")
                       .add("config.json", R"({"class_name":"Lambda"})")
                       .add("model.weights.h5", weights, method)
                       .bytes());
  };
  return {{.name = "keras",
           .reader = "keras",
           .main = "m.keras",
           .files = {{"m.keras", archive(0)}},
           .tensors = 1,
           .stride = 31},
          {.name = "keras_deflated",
           .reader = "keras",
           .main = "m.keras",
           .files = {{"m.keras", archive(8)}},
           .tensors = 1,
           .stride = 37}};
}

}  // namespace ulpscope::test
