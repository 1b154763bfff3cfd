// SPDX-License-Identifier: Apache-2.0
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/pickle_builder.h"
#include "tests/core/checkpoint/torch_files.h"

namespace ulpscope::test {
namespace {

using namespace std::string_literals;

/// _rebuild_tensor_v2 with small numbers, for samples of few bytes.
PickleBuilder& smallTensor(PickleBuilder& pickle, std::string_view type, std::string_view key, std::uint8_t elements,
                           std::initializer_list<std::uint8_t> size, std::initializer_list<std::uint8_t> stride,
                           bool legacy = false) {
  pickle.global("torch._utils", "_rebuild_tensor_v2").op('(');
  pickle.op('(').text("storage").global("torch", type).text(key).op('N');
  pickle.op('K').raw(std::string(1, static_cast<char>(elements)));
  (legacy ? pickle.op('N') : pickle).op('t').op('Q');
  return pickle.op('K').raw(std::string(1, '\0')).small(size).small(stride).op('N').op('N').op('t').op('R');
}

/// A dict with a plain tensor, a transposed view of the same storage, a number and an object.
std::string stateDict(bool legacy) {
  PickleBuilder pickle;
  pickle.op('}').op('(').text("a");
  smallTensor(pickle, "FloatStorage", "0", 6, {2, 3}, {3, 1}, legacy).text("b");
  smallTensor(pickle, "FloatStorage", "0", 6, {3, 2}, {1, 3}, legacy).text("n").op('K').raw("\x05");
  return pickle.text("o").global("x", "Y").op(')').op('\x81').op('u').stop();
}

/// An array by _reconstruct, another by _frombuffer, and a class that is called.
std::string arrays() {
  PickleBuilder pickle(4);
  pickle.op('}').op('(').text("a").global("numpy._core.multiarray", "_reconstruct").op(')').op('R');
  pickle.op('(').op('K').raw("\1").op('K').raw("\2").op('\x85').global("numpy", "dtype").text("f4").op('\x85').op('R');
  pickle.op('(')
      .op('K')
      .raw("\3")
      .text(">")
      .op('t')
      .op('b')
      .op('\x89')
      .bytes("\x3F\x80\0\0\x40\0\0\0"s)
      .op('t')
      .op('b');
  pickle.text("c")
      .global("numpy._core.numeric", "_frombuffer")
      .op('(')
      .bytes("\1\2")
      .global("numpy", "dtype")
      .text("u1");
  pickle.op('\x85').op('R').op('K').raw("\2").op('\x85').text("C").op('t').op('R');
  return pickle.op('u').stop();
}

/// A tensor of codes: one scale and zero point.
std::string quantized() {
  PickleBuilder pickle;
  pickle.op('}').text("q").global("torch._utils", "_rebuild_qtensor").op('(');
  pickle.op('(').text("storage").global("torch", "QInt8Storage").text("0").op('N').op('K').raw("\4").op('t').op('Q');
  pickle.op('K').raw(std::string(1, '\0')).small({4}).small({1});
  pickle.op('(').global("torch", "per_tensor_affine").op('G').raw("\x3F\xE0\0\0\0\0\0\0"s).op('K').raw("\2").op('t');
  return pickle.op('N').op('N').op('t').op('R').op('s').stop();
}

}  // namespace

std::vector<ContainerSample> torchSamples() {
  const std::string floats(24, '\x3F');
  PickleBuilder tar;
  tar.op('}').text("w").op('K').raw("\x09").op('Q').op('s');
  const auto sample = [](std::string name, std::string reader, const std::string& bytes, std::size_t tensors,
                         std::size_t stride = 1) {
    return ContainerSample{.name = std::move(name),
                           .reader = std::move(reader),
                           .main = "m",
                           .files = {{"m", asBytes(bytes)}},
                           .tensors = tensors,
                           .stride = stride};
  };
  return {sample("pytorch", "pytorch", torchZip(stateDict(false), {floats}), 2),
          sample("pytorch_big_endian", "pytorch", torchZip(quantized(), {"\1\2\3\4"}, "big"), 1),
          sample("pytorch_deflated", "pytorch", torchZip(stateDict(false), {floats}, "", 8), 2),
          sample("pytorch_legacy", "pytorch_legacy", legacyFile(stateDict(true), {{"0", 6, floats}}), 2),
          sample("pytorch_tar", "pytorch_tar", tarFile(tarMembers(tar.stop())), 1, 5),
          sample("pickle", "pickle", arrays(), 2)};
}

}  // namespace ulpscope::test
