// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string_view>

namespace ulpscope {

/// What a vendor publishes a GPU to do at most, without sparsity: multiplications and additions of a matrix product
/// with operands of one format.
struct Throughput {
  std::string_view gpu;
  std::string_view format;  ///< id
  double teraPerSecond;     ///< 10^12 operations
  std::string_view unit;    ///< "TFLOP/s" or "TOP/s"
  std::string_view engine;  ///< "CUDA cores" or "Tensor Cores"
  std::string_view source;
};

/// By GPU, oldest first, each from wide to narrow formats.
std::span<const Throughput> publishedThroughput();

/// Relative to float32 on the same GPU; nullopt where nothing is published.
std::optional<double> throughputRatio(std::string_view gpu, std::string_view format);

/// 1, 8, 16: the ratio as people quote it, rounded to two significant digits where it is no integer.
double quotedRatio(double ratio);

}  // namespace ulpscope
