// SPDX-License-Identifier: Apache-2.0
// Dense figures: where a datasheet prints them with sparsity, which doubles them, the half stands here.
#include "core/analysis/throughput.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ulpscope {
namespace {

constexpr std::string_view kFlops = "TFLOP/s";
constexpr std::string_view kOps = "TOP/s";
constexpr std::string_view kCores = "CUDA cores";
constexpr std::string_view kTensor = "Tensor Cores";

constexpr std::string_view kT4 = "T4";
constexpr std::string_view kT4Source =
    "NVIDIA's announcement of 2018-09-13 as reported by geektopia.es (Nvidia presenta la nueva Tesla T4)";
constexpr std::string_view kA100 = "A100";
constexpr std::string_view kA100Source =
    "NVIDIA A100 Tensor Core GPU datasheet (nvidia-a100-datasheet-us-nvidia-1758950-r4-web.pdf)";
constexpr std::string_view kH100 = "H100 SXM";
constexpr std::string_view kH100Source =
    "NVIDIA H100 Tensor Core GPU datasheet and architecture whitepaper; half of the figures with sparsity";

constexpr std::array kPublished{Throughput{kT4, "float32", 8.1, kFlops, kCores, kT4Source},
                                Throughput{kT4, "float16", 65, kFlops, kTensor, kT4Source},
                                Throughput{kT4, "int8", 130, kOps, kTensor, kT4Source},
                                Throughput{kT4, "int4", 260, kOps, kTensor, kT4Source},
                                Throughput{kA100, "float64", 19.5, kFlops, kTensor, kA100Source},
                                Throughput{kA100, "float32", 19.5, kFlops, kCores, kA100Source},
                                Throughput{kA100, "tfloat32", 156, kFlops, kTensor, kA100Source},
                                Throughput{kA100, "float16", 312, kFlops, kTensor, kA100Source},
                                Throughput{kA100, "bfloat16", 312, kFlops, kTensor, kA100Source},
                                Throughput{kA100, "int8", 624, kOps, kTensor, kA100Source},
                                Throughput{kA100, "int4", 1248, kOps, kTensor, kA100Source},
                                Throughput{kH100, "float64", 67, kFlops, kTensor, kH100Source},
                                Throughput{kH100, "float32", 67, kFlops, kCores, kH100Source},
                                Throughput{kH100, "tfloat32", 494.7, kFlops, kTensor, kH100Source},
                                Throughput{kH100, "float16", 989.4, kFlops, kTensor, kH100Source},
                                Throughput{kH100, "bfloat16", 989.4, kFlops, kTensor, kH100Source},
                                Throughput{kH100, "float8_e4m3fn", 1979, kFlops, kTensor, kH100Source},
                                Throughput{kH100, "float8_e5m2", 1979, kFlops, kTensor, kH100Source},
                                Throughput{kH100, "int8", 1979, kOps, kTensor, kH100Source}};

const Throughput* find(std::string_view gpu, std::string_view format) {
  const auto found =
      std::ranges::find_if(kPublished, [&](const Throughput& row) { return row.gpu == gpu && row.format == format; });
  return found == kPublished.end() ? nullptr : &*found;
}

}  // namespace

std::span<const Throughput> publishedThroughput() { return kPublished; }

std::optional<double> throughputRatio(std::string_view gpu, std::string_view format) {
  const Throughput* base = find(gpu, "float32");
  const Throughput* wanted = find(gpu, format);
  if (base == nullptr || wanted == nullptr) return std::nullopt;
  return wanted->teraPerSecond / base->teraPerSecond;
}

double quotedRatio(double ratio) {
  const double scale = std::pow(10.0, 1 - std::floor(std::log10(ratio)));
  return std::round(ratio * scale) / scale;
}

}  // namespace ulpscope
