// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <ostream>

#include "core/quantization/block_codec.h"

namespace ulpscope::kernels {

struct NamedCodec {
  const char* name;
  BlockCodec codec;
  friend void PrintTo(const NamedCodec& named, std::ostream* out) { *out << named.name; }

  BlockCodec withBlockSize(std::uint64_t blockSize) const {
    BlockCodec result = codec;
    result.blockSize = blockSize;
    return result;
  }
};

inline constexpr std::uint64_t kAnySize = 32;
/// Every kind, with the ranges of codes that it is used with; to be given a block size.
inline constexpr std::array kCodecs{
    NamedCodec{"Absmax", {.kind = BlockCodec::Kind::Absmax, .blockSize = kAnySize}},
    NamedCodec{"AbsmaxFourBits",
               {.kind = BlockCodec::Kind::Absmax, .blockSize = kAnySize, .divisor = 7, .low = -7, .high = 7}},
    NamedCodec{"AbsmaxUnsigned",
               {.kind = BlockCodec::Kind::Absmax, .blockSize = kAnySize, .divisor = 255, .low = 0, .high = 255}},
    NamedCodec{"Affine", {.kind = BlockCodec::Kind::Affine, .blockSize = kAnySize, .low = 0, .high = 255}},
    NamedCodec{"AffineSigned", {.kind = BlockCodec::Kind::Affine, .blockSize = kAnySize, .low = -128, .high = 127}},
    NamedCodec{
        "AffineWithoutZero",
        {.kind = BlockCodec::Kind::Affine, .blockSize = kAnySize, .low = -128, .high = 127, .includeZero = false}},
    NamedCodec{"Nf4", {.kind = BlockCodec::Kind::Nf4, .blockSize = kAnySize}},
    NamedCodec{"Q8_0", {.kind = BlockCodec::Kind::Q8_0, .blockSize = kAnySize}},
    NamedCodec{"Q8_0Avx2", {.kind = BlockCodec::Kind::Q8_0Avx2, .blockSize = kAnySize}},
    NamedCodec{"Q4_0", {.kind = BlockCodec::Kind::Q4_0, .blockSize = kAnySize}},
    NamedCodec{"ScaledE4m3", {.kind = BlockCodec::Kind::ScaledFloat8, .blockSize = kAnySize, .divisor = 448}},
    NamedCodec{"ScaledE5m2", {.kind = BlockCodec::Kind::ScaledFloat8, .blockSize = kAnySize, .divisor = 57344}},
    NamedCodec{"BnbInt8", {.kind = BlockCodec::Kind::BnbInt8, .blockSize = kAnySize}},
    NamedCodec{
        "CompressedInt",
        {.kind = BlockCodec::Kind::CompressedInt, .blockSize = kAnySize, .divisor = 127.5F, .low = -128, .high = 127}},
    NamedCodec{"EetqInt8", {.kind = BlockCodec::Kind::EetqInt8, .blockSize = kAnySize}},
};

}  // namespace ulpscope::kernels
