// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

#include "core/tensor/element_type.h"

namespace ulpscope {

/// A torch.dtype, as it lies in a storage.
struct TorchType {
  std::string_view dtype;    ///< "float32"
  std::string_view storage;  ///< the class of a storage of it: "FloatStorage"; empty if there is none
  std::string_view shown;    ///< what a checkpoint says it stores: the name of our element type where there is one
  std::uint8_t bytes;        ///< of one element; of the two or four that share a byte
  std::uint8_t turned;       ///< bytes that change order together on big-endian machines: half of a complex number
  std::uint8_t packed;       ///< elements in `bytes`
  bool quantized = false;    ///< codes that a scale and a zero point give values to

  /// nullptr where we have no such type.
  const ElementType* element() const { return quantized ? nullptr : findElementType(shown); }
};

/// nullptr for names that no storage has. Without "torch.".
const TorchType* findTorchType(std::string_view dtype);
const TorchType* findTorchTypeOfStorage(std::string_view storageClass);

}  // namespace ulpscope
