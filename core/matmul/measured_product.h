// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/matmul/device_product.h"
#include "core/matmul/matrix_product.h"

namespace ulpscope {

/// Id of the format of the operands: "tfloat32".
std::string_view formatOf(DeviceProduct::Operands operands);
/// "cublas@tfloat32"; "cublas@float8_e4m3fn/promoted" where sums are promoted.
std::string idOf(const DeviceProduct& product);

/// The engine whose units are those of a device of that compute capability, nullptr where none is known: 7.0 V100, 7.5
/// T4, 8.0 A100, other 8.x up to 8.8 A2, 8.9 Ada, 9.0 H100 wgmma, 10.x and 12.x B200 tcgen05.
const MatrixEngine* modelOfCapability(int major, int minor);

/// A product that is measured beside a modelled one.
struct MeasuredChoice {
  DeviceProduct product;
  EngineChoice model;      ///< of this device, with its order of K: what the measured one is compared with
  std::size_t beside = 0;  ///< which of the engines it stands beside: the model, or one with operands of its format

  friend bool operator==(const MeasuredChoice&, const MeasuredChoice&) = default;
};

/// What a device measures beside `engines`: one product for each engine that is the model of this device, and one for
/// each other format of theirs that the device multiplies, beside the first engine of that format. Float32 is modelled
/// by fma, whatever the device. FP8 promotes where its model does. Not beside emulations, blocks, integers other than
/// INT8 and sums in float16. In the order of `beside`.
std::vector<MeasuredChoice> measuredChoices(std::span<const EngineChoice> engines, const KOrder& order,
                                            const ProductDevice& device);

/// C as the device has it. Operands are rounded here, as `settings` (whose engine is the choice's model) has it, so
/// that device and model multiply the same. Errors: those of Backend::multiplyOnDevice.
Result<MatrixProduct> measure(const DeviceProduct& product, const ProductSettings& settings, const DenseMatrix& a,
                              const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job);

/// Elements of a measured product that are not those of its model.
struct ProductDifference {
  std::uint64_t elements = 0;
  std::uint64_t differing = 0;  ///< other values; a zero is a zero and NaN is NaN, whatever the sign
  double maxUlp = 0;  ///< largest difference in units of the last place that the model's element has in float32
  friend bool operator==(const ProductDifference&, const ProductDifference&) = default;
};
ProductDifference compareProducts(const DenseMatrix& measured, const DenseMatrix& model);

}  // namespace ulpscope
