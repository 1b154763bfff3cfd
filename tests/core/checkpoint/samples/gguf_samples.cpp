// SPDX-License-Identifier: Apache-2.0
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/gguf_builder.h"

namespace ulpscope::test {
namespace {

/// One of each kind of entry that matters, plain and packed tensors, an empty one, and one of unknown type.
std::string mixed(std::uint32_t version, std::endian order) {
  GgufBuilder file(version, order);
  return file.alignment(8)
      .entry("general.architecture", "llama")
      .entry("words", 9, file.array(8, 2, file.text("a") + file.text("b")))
      .entry("nested", 9, file.array(9, 1, file.array(0, 2, "\1\2")))
      .entry("flag", 7, "\1")
      .tensor("f32", {2}, 0, std::string(8, '\x3F'))
      .tensor("q", {32}, 2, std::string(18, '\x3C'))
      .tensor("none", {0, 3}, 1, "")
      .tensor("old", {16}, 4, std::string(8, '\1'))
      .bytes();
}

/// A program with a GGUF file stored in the ZIP archive behind it.
std::string llamafile(const std::string& inner) {
  const GgufBuilder numbers;
  const auto u16 = [&](unsigned value) { return numbers.number(static_cast<std::uint16_t>(value)); };
  const auto u32 = [&](std::size_t value) { return numbers.number(static_cast<std::uint32_t>(value)); };
  const std::string name = "m.gguf";
  const std::string program = "MZqFpD='" + std::string(24, '#');
  // Version, flags, method (stored), time, date, checksum (not looked at), sizes, length of the name, of the rest.
  const std::string common =
      u16(10) + u16(0) + u16(0) + u16(0) + u16(0) + u32(0) + u32(inner.size()) + u32(inner.size()) + u16(6) + u16(0);
  const std::string local = "PK\3\4" + common + name + inner;
  const std::string directory =
      "PK\1\2" + u16(10) + common + u16(0) + u16(0) + u16(0) + u32(0) + u32(program.size()) + name;
  return program + local + directory + "PK\5\6" + u16(0) + u16(0) + u16(1) + u16(1) + u32(directory.size()) +
         u32(program.size() + local.size()) + u16(0);
}

}  // namespace

std::vector<ContainerSample> ggufSamples() {
  const auto part = [](std::uint16_t index) {
    const std::string name = "t" + std::to_string(index);
    return asBytes(GgufBuilder().split(index, 2, 2).tensor(name, {2}, 0, std::string(8, '\x3F')).bytes());
  };
  return {{.name = "gguf",
           .reader = "gguf",
           .main = "m.gguf",
           .files = {{"m.gguf", asBytes(mixed(3, std::endian::little))}},
           .tensors = 4},
          {.name = "gguf_v2_big_endian",
           .reader = "gguf",
           .main = "m.gguf",
           .files = {{"m.gguf", asBytes(mixed(2, std::endian::big))}},
           .tensors = 4},
          {.name = "gguf_in_a_program",
           .reader = "gguf",
           .main = "m.llamafile",
           .files = {{"m.llamafile",
                      asBytes(llamafile(GgufBuilder().tensor("t", {2}, 0, std::string(8, '\x3F')).bytes()))}},
           .tensors = 1},
          {.name = "gguf_split",
           .reader = "gguf",
           .main = "m-00002-of-00002.gguf",
           .files = {{"m-00001-of-00002.gguf", part(0)}, {"m-00002-of-00002.gguf", part(1)}},
           .tensors = 2}};
}

}  // namespace ulpscope::test
