// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/tensor/element_type.h"

namespace ulpscope {

class Backend;

/// A tensor seen as a matrix: row = index of dimension 0, columns = the other dimensions flattened; a vector is one
/// row.
struct MatrixShape {
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;

  friend bool operator==(const MatrixShape&, const MatrixShape&) = default;
};

MatrixShape matrixShape(std::span<const std::uint64_t> shape);

/// What a checkpoint says of a tensor. Elements are in row-major order.
struct TensorInfo {
  std::string name;                   ///< as stored; may hold anything, show it through printable()
  std::string storedType;             ///< as stored: "BF16", or a name we do not know
  const ElementType* type = nullptr;  ///< nullptr: listed, but its elements cannot be read
  std::vector<std::uint64_t> shape;
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;  ///< of the first byte in its file
  std::uint32_t file = 0;    ///< index into Checkpoint::files
};

/// The elements of one tensor, streamed: nothing is read until it is asked for. Cheap to copy, usable from several
/// threads.
class TensorSource {
 public:
  /// Precondition: info.type is readable and the bytes lie inside `bytes`.
  TensorSource(TensorInfo info, std::shared_ptr<const ByteSource> bytes);

  const TensorInfo& info() const { return m_info; }
  const ElementType& type() const { return *m_info.type; }
  MatrixShape matrix() const { return matrixShape(m_info.shape); }

  /// Elements [first, first + count) as they are stored. `first` must fall on a byte border.
  Result<> readBytes(std::uint64_t first, std::uint64_t count, std::span<std::byte> out) const;
  Result<> readFloats(std::uint64_t first, std::span<float> out, const Backend& backend) const;
  Result<> readDoubles(std::uint64_t first, std::span<double> out) const;

  Result<std::uint64_t> codeAt(std::uint64_t index) const;
  Result<double> valueAt(std::uint64_t index) const;

  Result<> verifyUnchanged() const { return m_bytes->verifyUnchanged(); }

 private:
  TensorInfo m_info;
  std::shared_ptr<const ByteSource> m_bytes;
};

/// A float32 tensor held in memory, row-major, for tests and worked examples: no part of the programs calls it.
/// Precondition: as many values as the shape has elements.
TensorSource tensorFromFloats(std::string name, std::vector<std::uint64_t> shape, std::span<const float> values);

}  // namespace ulpscope
