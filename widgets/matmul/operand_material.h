// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <memory>
#include <optional>

#include "core/calibration/calibration.h"
#include "core/checkpoint/tensor_index.h"
#include "core/matmul/operand_tensor.h"
#include "widgets/matmul/drift_question.h"

namespace ulpscope {

class Session;

/// What operands can be made of, as it is at one moment.
struct OperandMaterial {
  std::shared_ptr<const TensorIndex> index;  ///< of the selected checkpoint; nullptr: none is open
  std::optional<std::size_t> selected;
  std::shared_ptr<const Calibration> calibration;

  static OperandMaterial of(const Session& session);

  const TensorInfo* info(std::size_t tensor) const { return &index->checkpoint->tensors[tensor]; }
  /// Whether it can be an operand.
  bool isUsable(std::size_t tensor) const;

  /// The tensors of a question; nothing where it asks for none, or for one that is not there.
  struct Tensors {
    const Checkpoint* checkpoint = nullptr;  ///< nullptr: no tensor is asked for
    std::optional<std::size_t> a, b;         ///< of A recorded: the weight of the layer
    const Calibration* calibration = nullptr;

    friend bool operator==(const Tensors&, const Tensors&) = default;
  };
  Tensors tensorsOf(const DriftQuestion& question) const;
  /// Nothing where the operand is no tensor, or one that is not there.
  std::optional<OperandExtent> extentOf(const DriftQuestion& question, OperandSide side) const;
  /// That of the tensors; nothing where both operands are drawn, or what is asked for is not there.
  std::optional<std::uint64_t> kOf(const DriftQuestion& question) const;
  /// One sentence: why the operands cannot be multiplied. Empty: they can.
  QString obstacleTo(const DriftQuestion& question) const;
};

}  // namespace ulpscope
