// SPDX-License-Identifier: Apache-2.0
//
// torchao, as its safetensors support flattens tensor subclasses (prototype/safetensors, 0.18): a weight M.leaf becomes
// M._leaf_qdata, M._leaf_scale and M._leaf_zero_point, and __metadata__ holds for "M.leaf" a JSON
// {_type, _data: {block_size, dtype: {_data: "bfloat16"}, ...}, _tensor_data_names}. Read here:
//   Int8Tensor, IntxUnpackedToInt8Tensor  qdata I8 [out, in], one scale and zero point a block
//   Float8Tensor                          qdata F8_E4M3 [out, in], one scale a block
// value = (code - zero) * scale in the wider type of both, rounded to dtype. Other types are named, not decoded.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/checkpoint/packed/scale_grid.h"

namespace ulpscope {
namespace {

constexpr std::array<std::string_view, 1> kMethods{"torchao"};
constexpr std::array<std::string_view, 1> kAnchors{"_qdata"};

class TorchAo final : public PackedConvention {
 public:
  std::string_view id() const override { return "torchao"; }
  std::string_view title() const override { return "torchao"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo& anchor,
                                             std::string_view base) const override {
    const std::optional<std::string> name = nameOf(base);
    if (!name) return std::nullopt;
    const ConfigValues state = stateOf(scan, *name);
    const std::string kind = state.text("_type").value_or("");
    if (kind.empty() && scan.quantMethod() != "torchao") return std::nullopt;
    if (!kind.empty() && kind != "Int8Tensor" && kind != "IntxUnpackedToInt8Tensor" && kind != "Float8Tensor")
      return named(scan, anchor, base, kind);
    PackedParts parts(scan, base);
    const TensorInfo* const codes = parts.need("_qdata", {"I8", "F8_E4M3", "F8_E5M2"});
    const TensorInfo* const scales = parts.need("_scale", {"F32", "F16", "BF16"});
    const bool integer = codes && codes->type && codes->type->name == "I8";
    const TensorInfo* const zeros = integer ? parts.need("_zero_point", {"I8", "I32", "F32", "F16", "BF16"}) : nullptr;
    if (!parts.sound()) return tl::unexpected(parts.error());
    const auto type = valueTypeOf(state.text("_data/dtype/_data").value_or(std::string(elementNameOf(*scales))));
    parts.expect(type.has_value(), codes, "a dtype of bfloat16, float16 or float32 in the metadata");
    std::optional<std::array<std::uint64_t, 2>> block;
    if (const auto stated = state.integers("_data/block_size");
        stated && stated->size() == 2 && (*stated)[0] > 0 && (*stated)[1] > 0)
      block = {static_cast<std::uint64_t>((*stated)[0]), static_cast<std::uint64_t>((*stated)[1])};
    auto grid = gridOver(parts, codes->shape, scales, block);
    auto zeroGrid = zeros ? gridOver(parts, codes->shape, zeros, block) : std::nullopt;
    if (!parts.sound()) return tl::unexpected(parts.error());
    const std::string target = state.text("_data/target_dtype/_data").value_or(integer ? "int8" : "float8");
    PackedWeight found =
        weightOf(parts, *name, fmt::format("torchao {}", target.size() <= 8 ? target : "int"),
                 fmt::format("torchao {}, {}", kind.empty() ? "weight" : kind, grid->title()), codes->shape, *type);
    found.decode = AffineDecoder{found.columns, plainCodes(parts.source(codes)), *grid, zeroGrid};
    return found;
  }

 private:
  /// "model._weight" stands for "model.weight".
  static std::optional<std::string> nameOf(std::string_view base) {
    const std::size_t dot = base.rfind('.');
    const std::size_t leaf = dot == base.npos ? 0 : dot + 1;
    if (leaf >= base.size() || base[leaf] != '_') return std::nullopt;
    return std::string(base.substr(0, leaf)) + std::string(base.substr(leaf + 1));
  }

  static ConfigValues stateOf(const PackedScan& scan, const std::string& name) {
    for (const auto& [key, value] : scan.checkpoint().metadata)
      if (key == name) return ConfigValues::parse(value).value_or(ConfigValues());
    return {};
  }

  static std::string_view elementNameOf(const TensorInfo& tensor) {
    const auto type = valueTypeOf(tensor.type);
    return type == ValueType::BF16 ? "bfloat16" : type == ValueType::F16 ? "float16" : "float32";
  }

  static PackedWeight named(const PackedScan& scan, const TensorInfo& anchor, std::string_view base,
                            const std::string& kind) {
    PackedWeight weight{
        .name = {}, .storedType = {}, .title = {}, .shape = {}, .parts = {scan.indexOf(anchor)}, .decode = {}};
    for (const std::string_view suffix : {"_scale", "_zero_point", "_scale_and_zero", "_per_tensor_scale"})
      if (const TensorInfo* const part = scan.find(std::string(base) + std::string(suffix)))
        weight.parts.push_back(scan.indexOf(*part));
    weight.remark = fmt::format("Part of a torchao {}, which is not decoded here.", kind);
    return weight;
  }
};

}  // namespace

const PackedConvention& torchao_entry() {
  static const TorchAo convention;
  return convention;
}

}  // namespace ulpscope
