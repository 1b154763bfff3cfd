// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/npy_builder.h"
#include "tests/core/checkpoint/zip_builder.h"

namespace ulpscope::test {
namespace {

ContainerSample npySample(const std::string& name, const std::string& bytes) {
  return {.name = name, .reader = "npy", .main = "a.npy", .files = {{"a.npy", asBytes(bytes)}}, .tensors = 1};
}

}  // namespace

std::vector<ContainerSample> npySamples() {
  const std::string six = "abcdefghijklmnopqrstuvwx";
  return {npySample("npy_plain", npyFile(npyDictionary("'<f4'", "(2, 3)"), six)),
          npySample("npy_turned", npyFile(npyDictionary("'>f8'", "(3,)"), six, 2)),
          npySample("npy_fortran", npyFile(npyDictionary("'>i2'", "(2, 3, 2)", true), six, 3)),
          npySample("npy_structured", npyFile(npyDictionary("[('a', '<f4', (2,)), ('b', '|S4')]", "(2,)"), six))};
}

std::vector<ContainerSample> npzSamples() {
  const std::string bytes =
      ZipBuilder()
          .add({.name = "a.npy", .data = npyFile(npyDictionary("'<f4'", "(2,)"), "12345678"), .zip64 = true})
          .add("b.npy", npyFile(npyDictionary("'>i2'", "(2, 2)", true), "12345678"), 8)
          .add("c.npy", npyFile(npyDictionary("'|O'", "()"), "\x80\x02N."), 8)
          .add("readme", "text")
          .bytes();
  return {{.name = "npz", .reader = "npz", .main = "a.npz", .files = {{"a.npz", asBytes(bytes)}}, .tensors = 3}};
}

}  // namespace ulpscope::test
