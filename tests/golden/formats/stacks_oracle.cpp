// SPDX-License-Identifier: Apache-2.0
// Other people's conversions, called as their headers have them: float32 on standard input, a code a byte on standard
// output. make_stacks.py compiles it with -DTORCH or -DCUDA; it is no part of the build.
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

#ifdef TORCH
#include <torch/headeronly/util/Float8_e4m3fn.h>
#include <torch/headeronly/util/Float8_e4m3fnuz.h>
#include <torch/headeronly/util/Float8_e5m2.h>
#include <torch/headeronly/util/Float8_e5m2fnuz.h>
#include <torch/headeronly/util/Float8_e8m0fnu.h>

template <class T>
std::uint8_t code(float value) {
  return T(value).x;
}
const std::map<std::string, std::uint8_t (*)(float)> kConversions{{"float8_e4m3fn", code<c10::Float8_e4m3fn>},
                                                                  {"float8_e4m3fnuz", code<c10::Float8_e4m3fnuz>},
                                                                  {"float8_e5m2", code<c10::Float8_e5m2>},
                                                                  {"float8_e5m2fnuz", code<c10::Float8_e5m2fnuz>},
                                                                  {"float8_e8m0fnu", code<c10::Float8_e8m0fnu>}};
#endif

#ifdef CUDA
#include <cuda_fp4.h>
#include <cuda_fp6.h>
#include <cuda_fp8.h>

template <class T>
std::uint8_t code(float value) {
  return T(value).__x;
}
const std::map<std::string, std::uint8_t (*)(float)> kConversions{
    {"float8_e4m3fn", code<__nv_fp8_e4m3>},  {"float8_e5m2", code<__nv_fp8_e5m2>},
    {"float8_e8m0fnu", code<__nv_fp8_e8m0>}, {"float6_e3m2fn", code<__nv_fp6_e3m2>},
    {"float6_e2m3fn", code<__nv_fp6_e2m3>},  {"float4_e2m1fn", code<__nv_fp4_e2m1>}};
#endif

int main(int, char** arguments) {
  const auto convert = kConversions.at(arguments[1]);
  for (float value; std::fread(&value, sizeof value, 1, stdin) == 1;) std::putchar(convert(value));
}
