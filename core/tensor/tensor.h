// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

/// How a weight whose elements are not simply its bytes is kept. Shared by copies of the TensorInfo.
struct Packing {
  std::string id;                  ///< of the convention: "gptq", "q4_k"
  std::string title;               ///< for people: "GPTQ v1, 4 bits, groups of 128, in act-order"
  std::vector<std::size_t> parts;  ///< indices into Checkpoint::tensors of what it is stored in; empty for a single run
                                   ///< of bytes, as in GGUF
};

/// What a checkpoint says of a tensor. Elements are in row-major order.
struct TensorInfo {
  std::string name;                   ///< as stored; may hold anything, show it through printable()
  std::string storedType;             ///< as stored: "BF16", "Q4_K", or a name we do not know
  const ElementType* type = nullptr;  ///< of the elements as read; nullptr: listed, but they cannot be read
  std::vector<std::uint64_t> shape;
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;   ///< stored in the file; of all parts, where there are several
  std::uint64_t offset = 0;  ///< of the first byte in its file
  std::uint32_t file = 0;    ///< index into Checkpoint::files

  /// Where the elements are read, row-major and little-endian, when they are not the bytes at `offset` as they are:
  /// turned, strided, compressed, packed. Of byteSize(*type, elements) bytes. Null for plain tensors.
  std::shared_ptr<const ByteSource> storage = nullptr;
  std::shared_ptr<const Packing> packing = nullptr;  ///< null for plain tensors
  std::optional<std::size_t> partOf = {};  ///< the packed weight this is a part of: shown below it, not counted again
  std::optional<std::size_t> sharesWith = {};  ///< an earlier tensor with the very same bytes (tied weights)
  std::string remark = {};                     ///< one sentence, or empty: why it cannot be read, what cannot be undone

  bool isReadable() const { return type && type->readable; }
};

/// The short name of how it is stored, for people: "FP32" for "F32", "Q4_K"; what we do not know as it stands in the
/// file.
std::string_view typeTitle(const TensorInfo& tensor);

/// The elements of one tensor, streamed: nothing is read until it is asked for. Cheap to copy, usable from several
/// threads.
class TensorSource {
 public:
  /// Precondition: info.type is readable and the elements lie inside info.storage, or at info.offset in `bytes` where
  /// there is none.
  TensorSource(TensorInfo info, std::shared_ptr<const ByteSource> bytes);

  const TensorInfo& info() const { return m_info; }
  const ElementType& type() const { return *m_info.type; }
  MatrixShape matrix() const { return matrixShape(m_info.shape); }
  std::uint64_t size() const;  ///< bytes of all elements as read; what reading it all counts as progress

  /// Elements [first, first + count) as they are read from. Both ends must fall on a byte border, as every eighth
  /// element of any type does.
  Result<> readBytes(std::uint64_t first, std::uint64_t count, std::span<std::byte> out) const;
  Result<> readFloats(std::uint64_t first, std::span<float> out, const Backend& backend) const;
  Result<> readDoubles(std::uint64_t first, std::span<double> out) const;

  Result<std::uint64_t> codeAt(std::uint64_t index) const;
  Result<double> valueAt(std::uint64_t index) const;

  /// The bytes [first, first + out.size()) of the info().bytes that the file holds of it: the blocks of a GGUF type.
  /// Precondition: what it is stored in is one run of bytes.
  Result<> readStored(std::uint64_t first, std::span<std::byte> out) const;

  /// Of what is read, and of the file that it was taken out of.
  Result<> verifyUnchanged() const;
  bool isSequential() const { return m_bytes->isSequential(); }  ///< see ByteSource

 private:
  template <class Number, class Decode>
  Result<> readAs(std::uint64_t first, std::span<Number> out, Decode decode) const;

  TensorInfo m_info;
  std::shared_ptr<const ByteSource> m_file;
  std::shared_ptr<const ByteSource> m_bytes;  ///< info.storage, or the file
  std::uint64_t m_begin;                      ///< of the first element in m_bytes
};

/// A float32 tensor held in memory, row-major, for tests and worked examples: no part of the programs calls it.
/// Precondition: as many values as the shape has elements.
TensorSource tensorFromFloats(std::string name, std::vector<std::uint64_t> shape, std::span<const float> values);

}  // namespace ulpscope
