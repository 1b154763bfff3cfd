// SPDX-License-Identifier: Apache-2.0
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/onnx_builder.h"

namespace ulpscope::test {

std::vector<ContainerSample> onnxSamples() {
  const Proto branch = Proto().bytes(2, "b").message(5, onnxTensor("c", 3, {2}).bytes(5, varints({-1, 5})));
  const Proto sparse = Proto()
                           .message(1, onnxTensor("s", 1, {1}).real(4, 2.0F))
                           .message(2, onnxTensor("", 7, {1}).bytes(7, varints({3})))
                           .number(3, 4);
  const Proto graph =
      Proto()
          .message(1, onnxNode("Constant", "k",
                               Proto().bytes(1, "value").message(5, onnxTensor("", 22, {3}).bytes(9, "\x21\x0F"))))
          .message(1, onnxNode("Constant", "i", Proto().bytes(1, "value_ints").number(8, 1).number(8, -1)))
          .message(1, onnxNode("If", "y", Proto().bytes(1, "then_branch").message(6, branch)))
          .bytes(2, "g")
          .message(5, onnxTensor("a", 1, {2}).bytes(9, rawBytes({1.0F, -2.0F})))
          .message(5, onnxTensor("h", 10, {1, 2}).bytes(5, varints({0x3C00, 0xC000})))
          .message(5, onnxExternal("e", 16, {2}, "w.bin")
                          .message(13, onnxEntry("offset", "4"))
                          .message(13, onnxEntry("length", "4")))
          .message(15, sparse)
          .message(11, Proto().bytes(1, "x").message(
                           2, Proto().message(
                                  1, Proto().number(1, 1).message(2, Proto().message(1, Proto().bytes(2, "n"))))));
  return {
      {.name = "onnx",
       .reader = "onnx",
       .main = "m.onnx",
       .files = {{"m.onnx", asBytes(onnxModel(graph))}, {"w.bin", asBytes(std::string("\0\0\0\0\x80\x3F\0\xC0", 8))}},
       .tensors = 9}};
}

}  // namespace ulpscope::test
