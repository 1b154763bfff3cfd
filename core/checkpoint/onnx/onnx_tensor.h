// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/protobuf_wire.h"

namespace ulpscope {

/// The fields of a TensorProto that hold numbers.
enum class OnnxField : std::uint32_t {
  None = 0,
  Float = 4,
  Int32 = 5,
  String = 6,
  Int64 = 7,
  Double = 10,
  Uint64 = 11
};

struct OnnxType {
  std::string_view name;     ///< as ONNX spells it
  std::string_view element;  ///< as we do; empty if we have none
  OnnxField field;           ///< where its numbers are, when they are not raw
};
/// nullptr for a data_type that the standard does not know.
const OnnxType* onnxType(std::int64_t dataType);
/// "F32" for 1; the standard's own name where we have none, "type 99" where it has none.
std::string onnxTypeName(std::int64_t dataType);

/// A TensorProto: what it says, and where in the file its data lie.
struct OnnxTensor {
  /// One of the fields that hold numbers, each of which may occur any number of times, packed or not.
  struct Numbers {
    OnnxField field = OnnxField::None;
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
  std::array<Numbers, 6> numbers{{{OnnxField::Float},
                                  {OnnxField::Int32},
                                  {OnnxField::String},
                                  {OnnxField::Int64},
                                  {OnnxField::Double},
                                  {OnnxField::Uint64}}};
  bool external = false;
  std::vector<std::pair<std::string, std::string>> externalData;  ///< its known keys
  std::uint64_t unknownKeys = 0;
  std::uint64_t longKeys = 0;  ///< keys or values above what a path may have
  bool segment = false;
};

Result<OnnxTensor> readOnnxTensor(const WireMessage& message, const Limits& limits);

/// The shape, and the elements as their product; an error, and a shape of 0, where there are none such.
Result<> setOnnxShape(const std::vector<std::int64_t>& dims, std::uint64_t rank, const Limits& limits,
                      TensorInfo& info);

/// Where the data of an external tensor are.
struct OnnxExternalPlace {
  std::string location;  ///< a path from the model's folder
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};
Result<OnnxExternalPlace> externalPlaceOf(const OnnxTensor& tensor);

}  // namespace ulpscope
