// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/checkpoint/checkpoint.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// What all pages look at. A value: pages take a copy, change it and hand it to Session::select.
struct Selection {
  std::shared_ptr<const Checkpoint> checkpoint;  ///< nullptr: none is open
  std::optional<std::size_t> tensor;             ///< index into checkpoint->tensors
  std::optional<std::uint64_t> element;          ///< row-major index into the tensor

  std::string format = "float16";     ///< id; the explorer's format
  std::optional<std::uint64_t> code;  ///< in `format`; of the element, or what the explorer shows
  std::string value;                  ///< as typed or as the code reads; empty where nothing was chosen yet

  std::string scheme;  ///< id; empty: the first of the registry
  Settings settings;   ///< of the scheme

  /// nullptr where no tensor is selected.
  const TensorInfo* tensorInfo() const;

  friend bool operator==(const Selection&, const Selection&) = default;
};

}  // namespace ulpscope
