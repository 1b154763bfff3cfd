// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/torch/torch_type.h"

#include <algorithm>
#include <array>

namespace ulpscope {
namespace {

constexpr std::array kTypes{
    TorchType{"float64", "DoubleStorage", "F64", 8, 8, 1},
    TorchType{"float32", "FloatStorage", "F32", 4, 4, 1},
    TorchType{"float16", "HalfStorage", "F16", 2, 2, 1},
    TorchType{"bfloat16", "BFloat16Storage", "BF16", 2, 2, 1},
    TorchType{"float8_e4m3fn", "", "F8_E4M3", 1, 1, 1},
    TorchType{"float8_e5m2", "", "F8_E5M2", 1, 1, 1},
    TorchType{"float8_e4m3fnuz", "", "F8_E4M3FNUZ", 1, 1, 1},
    TorchType{"float8_e5m2fnuz", "", "F8_E5M2FNUZ", 1, 1, 1},
    TorchType{"float8_e8m0fnu", "", "F8_E8M0", 1, 1, 1},
    TorchType{"float4_e2m1fn_x2", "", "F4", 1, 1, 2},
    TorchType{"int64", "LongStorage", "I64", 8, 8, 1},
    TorchType{"int32", "IntStorage", "I32", 4, 4, 1},
    TorchType{"int16", "ShortStorage", "I16", 2, 2, 1},
    TorchType{"int8", "CharStorage", "I8", 1, 1, 1},
    TorchType{"uint64", "", "U64", 8, 8, 1},
    TorchType{"uint32", "", "U32", 4, 4, 1},
    TorchType{"uint16", "", "U16", 2, 2, 1},
    TorchType{"uint8", "ByteStorage", "U8", 1, 1, 1},
    TorchType{"bool", "BoolStorage", "BOOL", 1, 1, 1},
    TorchType{"complex32", "ComplexHalfStorage", "complex32", 4, 2, 1},
    TorchType{"complex64", "ComplexFloatStorage", "C64", 8, 4, 1},
    TorchType{"complex128", "ComplexDoubleStorage", "complex128", 16, 8, 1},
    TorchType{"qint8", "QInt8Storage", "qint8", 1, 1, 1, true},
    TorchType{"quint8", "QUInt8Storage", "quint8", 1, 1, 1, true},
    TorchType{"qint32", "QInt32Storage", "qint32", 4, 4, 1, true},
    TorchType{"quint4x2", "QUInt4x2Storage", "quint4x2", 1, 1, 2, true},
    TorchType{"quint2x4", "QUInt2x4Storage", "quint2x4", 1, 1, 4, true},
};

const TorchType* findBy(std::string_view TorchType::* member, std::string_view name) {
  const auto found = std::ranges::find(kTypes, name, member);
  return found != kTypes.end() && !name.empty() ? &*found : nullptr;
}

}  // namespace

const TorchType* findTorchType(std::string_view dtype) { return findBy(&TorchType::dtype, dtype); }
const TorchType* findTorchTypeOfStorage(std::string_view name) { return findBy(&TorchType::storage, name); }

}  // namespace ulpscope
