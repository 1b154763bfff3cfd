// SPDX-License-Identifier: Apache-2.0
//
// Packings that are recognized by the names and types of their parts and only named, in a remark on each part:
//   EETQ      X.weight I8 + X.weight_scales F16   rows and columns permuted, and 128 added, for one generation of GPUs
//   AQLM      X.codes + X.codebooks + X.scales    QuIP#    X.Qidxs + X.SU, X.SV     VPTQ  X.indices +
//   X.centroids.weight SpQR      X.dense_weights + X.row_offsets, X.col_vals                           HIGGS  X.weight
//   + X.tables (+ X.tables2) BitNet    X.weight U8 [out/4, in] + X.weight_scale, where the config says bitnet
#include <fmt/format.h>

#include <array>

#include "core/checkpoint/packed/packed_convention.h"

namespace ulpscope {
namespace {

struct Kind {
  std::string_view anchor;
  std::string_view title;
  std::string_view why;
  std::array<std::string_view, 5> others;  ///< the first must be there
};

constexpr std::array kKinds{
    Kind{".weight_scales",
         "EETQ",
         "its codes are permuted for one generation of GPUs, which the file does not name",
         {".weight"}},
    Kind{".codebooks", "AQLM", "its code books are not decoded here", {".codes", ".scales"}},
    Kind{".Qidxs",
         "QuIP#",
         "its lattice codes and Hadamard transforms are not undone here",
         {".SU", ".SV", ".Wscale", ".codebook_id"}},
    Kind{".indices",
         "VPTQ",
         "its vector codes are not decoded here",
         {".centroids.weight", ".res_centroids.weight", ".weight_scale", ".weight_bias", ".perm"}},
    Kind{".dense_weights",
         "SpQR",
         "its dense part and outliers are not put together here",
         {".row_offsets", ".col_vals", ".in_perm"}},
    Kind{".tables2",
         "HIGGS",
         "its grids and Hadamard transforms are not undone here",
         {".weight", ".tables", ".scales"}},
    Kind{".weight_scale", "BitNet", "its ternary codes are not unpacked here", {".weight"}}};

constexpr std::array<std::string_view, 8> kMethods{"eetq", "aqlm", "quip",  "quip_sharp",
                                                   "vptq", "spqr", "higgs", "bitnet"};
constexpr std::array<std::string_view, kKinds.size()> kAnchors{kKinds[0].anchor, kKinds[1].anchor, kKinds[2].anchor,
                                                               kKinds[3].anchor, kKinds[4].anchor, kKinds[5].anchor,
                                                               kKinds[6].anchor};

class NamedOnly final : public PackedConvention {
 public:
  std::string_view id() const override { return "named_only"; }
  std::string_view title() const override { return "a packing that is only named"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo& anchor,
                                             std::string_view base) const override {
    for (const Kind& kind : kKinds) {
      if (!anchor.name.ends_with(kind.anchor) || anchor.name.size() != base.size() + kind.anchor.size()) continue;
      const TensorInfo* const first = scan.find(std::string(base) + std::string(kind.others[0]));
      if (!first || !first->type) return std::nullopt;
      if (kind.title == "EETQ" && first->type->name != "I8") return std::nullopt;
      if (kind.title == "BitNet" && (scan.quantMethod() != "bitnet" || first->type->name != "U8")) return std::nullopt;
      PackedWeight weight{
          .name = {}, .storedType = {}, .title = {}, .shape = {}, .parts = {scan.indexOf(anchor)}, .decode = {}};
      for (const std::string_view other : kind.others)
        if (const TensorInfo* const part = other.empty() ? nullptr : scan.find(std::string(base) + std::string(other)))
          weight.parts.push_back(scan.indexOf(*part));
      weight.remark = fmt::format("Part of a weight packed by {}: {}.", kind.title, kind.why);
      if (kind.title == "EETQ" && first->shape.size() == 2) {
        // Its size is known all the same: it is stored [in, out].
        weight.name = first->name;
        weight.storedType = weight.title = kind.title;
        weight.shape = {first->shape[1], first->shape[0]};
        weight.rows = first->shape[1];
        weight.columns = first->shape[0];
        weight.remark = fmt::format("Packed by {}: {}.", kind.title, kind.why);
      }
      return weight;
    }
    return std::nullopt;
  }
};

}  // namespace

const PackedConvention& named_only_entry() {
  static const NamedOnly convention;
  return convention;
}

}  // namespace ulpscope
