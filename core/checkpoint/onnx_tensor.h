// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/protobuf_wire.h"

namespace ulpscope {

/// A TensorProto: what it says, and where in the file its data lie.
struct OnnxTensor {
  /// One of the fields that hold numbers, each of which may occur any number of times, packed or not.
  struct Numbers {
    std::uint32_t field = 0;
    std::uint64_t times = 0;
    std::uint64_t bytes = 0;
    WireField last{};
  };

  std::uint64_t begin = 0;  ///< of the message
  std::uint64_t end = 0;
  std::string name;
  std::vector<std::int64_t> dims;
  std::uint64_t rank = 0;  ///< also of dimensions beyond the limit, which are not kept
  std::int64_t dataType = 0;
  std::optional<WireField> raw;
  std::array<Numbers, 6> numbers{{{4}, {5}, {6}, {7}, {10}, {11}}};  ///< float, int32, string, int64, double, uint64
  bool external = false;
  std::vector<std::pair<std::string, std::string>> externalData;  ///< its known keys
  std::uint64_t unknownKeys = 0;
  std::uint64_t longKeys = 0;  ///< keys or values above what a path may have
  bool segment = false;
};

Result<OnnxTensor> readOnnxTensor(const WireMessage& message, const Limits& limits);

/// "F32" for 1; the standard's own name where we have none, "type 99" where it has none.
std::string onnxTypeName(std::int64_t dataType);

/// Puts TensorProtos into a checkpoint. What is wrong with one is its remark; what is wrong beyond it (a file that
/// cannot be read, a link that the user must be asked about) is an error.
class OnnxTensorList {
 public:
  /// `cursor` reads checkpoint.files[0].
  OnnxTensorList(Checkpoint& checkpoint, const OpenContext& context, Cursor& cursor)
      : m_checkpoint(checkpoint),
        m_context(context),
        m_cursor(cursor),
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
  Result<std::uint32_t> externalFile(const std::string& location);
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
  std::map<std::string, Result<std::uint32_t>> m_externalFiles;
  std::uint64_t m_memoryLeft;     ///< for numbers that must be decoded
  std::uint64_t m_nameBytesLeft;  ///< a node's name may serve all its tensors
  std::uint64_t m_unknownKeys = 0;
};

}  // namespace ulpscope
