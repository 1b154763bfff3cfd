// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ulpscope {

/// A product C = A B that a device's own library computes, and is measured with: in what order it adds is the
/// library's business. Sums are float32, of Int8 int32.
struct DeviceProduct {
  /// What A and B hold. TFloat32: values of tfloat32 as float32, for which the library's own rounding changes nothing.
  enum class Operands : std::uint8_t { Float32, TFloat32, Float16, BFloat16, Float8E4M3, Int8 };
  Operands operands = Operands::Float32;
  /// Float8E4M3 on Ada and Hopper: sums go on in float32 every so many products, instead of in the matrix unit alone.
  bool promotes = false;

  friend constexpr bool operator==(const DeviceProduct&, const DeviceProduct&) = default;
};

constexpr std::size_t bytesOf(DeviceProduct::Operands operands) {
  switch (operands) {
    case DeviceProduct::Operands::Float32:
    case DeviceProduct::Operands::TFloat32:
      return 4;
    case DeviceProduct::Operands::Float16:
    case DeviceProduct::Operands::BFloat16:
      return 2;
    case DeviceProduct::Operands::Float8E4M3:
    case DeviceProduct::Operands::Int8:
      break;
  }
  return 1;
}

/// A device with a library that multiplies.
struct ProductDevice {
  std::string name;                              ///< "NVIDIA H100 80GB HBM3"
  std::string library;                           ///< "cuBLAS 13.0.2"
  int major = 0;                                 ///< of the compute capability: 9 of 9.0
  int minor = 0;                                 ///< 0 of 9.0
  std::vector<DeviceProduct::Operands> offered;  ///< what it has matrix units for, and Float32
};

}  // namespace ulpscope
