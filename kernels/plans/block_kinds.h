// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/quantization/block_codec.h"
#include "kernels/plans/shared.h"

namespace ulpscope::kernels {

/// work.template operator()<kind>(), for host and CUDA kernels.
#ifdef __CUDACC__
#pragma nv_exec_check_disable
#endif
template <class Work>
ULPSCOPE_SHARED auto withCodecKind(BlockCodec::Kind kind, const Work& work) {
  using Kind = BlockCodec::Kind;
  switch (kind) {
    case Kind::Absmax:
      return work.template operator()<Kind::Absmax>();
    case Kind::Affine:
      return work.template operator()<Kind::Affine>();
    case Kind::Nf4:
      return work.template operator()<Kind::Nf4>();
    case Kind::Q8_0:
      return work.template operator()<Kind::Q8_0>();
    case Kind::Q8_0Avx2:
      return work.template operator()<Kind::Q8_0Avx2>();
    case Kind::Q4_0:
      return work.template operator()<Kind::Q4_0>();
    case Kind::BnbInt8:
      return work.template operator()<Kind::BnbInt8>();
    case Kind::CompressedInt:
      return work.template operator()<Kind::CompressedInt>();
    case Kind::EetqInt8:
      return work.template operator()<Kind::EetqInt8>();
    case Kind::ScaledFloat8:
      break;
  }
  return work.template operator()<Kind::ScaledFloat8>();
}

}  // namespace ulpscope::kernels
