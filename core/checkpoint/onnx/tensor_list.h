// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cursor.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/data_files.h"
#include "core/checkpoint/onnx/onnx_tensor.h"

namespace ulpscope {

/// Puts TensorProtos into a checkpoint. What is wrong with one is its remark; what is wrong beyond it (a file that
/// cannot be read, a link that the user must be asked about) is an error.
class OnnxTensorList {
 public:
  /// `cursor` reads checkpoint.files[0].
  OnnxTensorList(Checkpoint& checkpoint, const OpenContext& context, Cursor& cursor)
      : m_checkpoint(checkpoint),
        m_context(context),
        m_cursor(cursor),
        m_dataFiles(checkpoint, context, Folder::HardLinks::Refuse),
        m_memoryLeft(context.options.limits.inflatedBytes),
        m_nameBytesLeft(4 * cursor.end() + (1 << 20)) {}

  /// Under `name`, with a number behind it if another tensor has it.
  Result<> add(const OnnxTensor& tensor, const std::string& name);
  /// Numbers that are no tensor in the file: `values` as elements of `type`, from `length` bytes at `begin`.
  Result<> addNumbers(const std::string& name, std::string_view type, std::vector<std::uint64_t> shape,
                      std::vector<std::byte> values, std::uint64_t begin, std::uint64_t length);
  /// Whether `bytes` more may be held in memory.
  bool takeMemory(std::uint64_t bytes);
  /// A sparse tensor with the shape `dims`, made of two.
  Result<> addSparse(const OnnxTensor& values, const OnnxTensor& indices, const std::vector<std::int64_t>& dims,
                     const std::string& name);
  /// Puts the tensors into the order of their data and says what was noticed about all of them.
  void finish();

 private:
  Result<> place(const OnnxTensor& tensor, TensorInfo& info);
  Result<> placeRaw(const OnnxTensor& tensor, std::uint64_t bytes, TensorInfo& info);
  Result<> placeExternal(const OnnxTensor& tensor, std::uint64_t bytes, TensorInfo& info);
  Result<> placeNumbers(const OnnxTensor& tensor, const OnnxTensor::Numbers& numbers, TensorInfo& info);
  Result<std::vector<std::byte>> gather(const OnnxTensor& tensor, const OnnxTensor::Numbers& numbers,
                                        std::uint64_t count, std::size_t width);
  Result<TensorInfo> dense(const TensorInfo& values, const TensorInfo& indices, const std::vector<std::int64_t>& dims);
  Result<std::vector<std::uint64_t>> readIndices(const TensorInfo& indices, std::uint64_t values,
                                                 const std::vector<std::uint64_t>& shape);
  Result<> checkRoom(const std::string& name, std::uint64_t at);

  /// A sparse tensor and the positions of its two parts, until all are in order.
  struct Sparse {
    TensorInfo whole;
    std::size_t values;
    std::size_t indices;
  };

  Checkpoint& m_checkpoint;
  const OpenContext& m_context;
  Cursor& m_cursor;
  std::vector<Sparse> m_sparse;
  DataFiles m_dataFiles;
  std::uint64_t m_memoryLeft;     ///< for numbers that must be decoded
  std::uint64_t m_nameBytesLeft;  ///< a node's name may serve all its tensors
  std::uint64_t m_unknownKeys = 0;
};

}  // namespace ulpscope
