// SPDX-License-Identifier: Apache-2.0
//
// torchao, as its safetensors support flattens tensor subclasses (prototype/safetensors, 0.18): a weight M.leaf becomes
// M._leaf_qdata, M._leaf_scale and M._leaf_zero_point, and __metadata__ holds for "M.leaf" a JSON
// {_type, _data: {block_size, dtype: {_data: "bfloat16"}, ...}, _tensor_data_names};
// or, of a subclass that was pickled, M.leaf.qdata and so on below M.leaf, which has its shape and dtype and no data,
// and as numbers and texts M.leaf.block_size "[1, 32]", M.leaf.target_dtype and M.leaf.__class__. Read here:
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
constexpr std::array<std::string_view, 2> kAnchors{"_qdata", ".qdata"};

/// What stands beside the parts of a weight.
struct State {
  std::string name;       ///< of the weight
  std::string kind = {};  ///< the class; empty if it is not said
  std::optional<ValueType> type = {};
  std::optional<std::vector<std::int64_t>> block = {};
  std::string target = {};            ///< "int4"; empty if it is not said
  const TensorInfo* whole = nullptr;  ///< of a pickled one
};

/// "IntxUnpackedToInt8Tensor" of "torchao.quantization.IntxUnpackedToInt8Tensor"
std::string lastOf(std::string_view name) { return std::string(name.substr(name.rfind('.') + 1)); }

/// "model._weight" stands for "model.weight".
std::optional<State> flattened(const PackedScan& scan, std::string_view base) {
  const std::size_t dot = base.rfind('.');
  const std::size_t leaf = dot == base.npos ? 0 : dot + 1;
  if (leaf >= base.size() || base[leaf] != '_') return std::nullopt;
  State state{.name = std::string(base.substr(0, leaf)) + std::string(base.substr(leaf + 1))};
  const auto values = ConfigValues::parse(scan.metadata(state.name).value_or("{}")).value_or(ConfigValues());
  state.kind = values.text("_type").value_or("");
  if (state.kind.empty() && scan.quantMethod() != "torchao") return std::nullopt;
  if (const auto type = values.text("_data/dtype/_data"))
    state.type = valueTypeOf(*type);
  else if (const TensorInfo* const scales = scan.find(std::string(base) + "_scale"))
    state.type = valueTypeOf(scales->type);
  state.block = values.integers("_data/block_size");
  state.target = values.text("_data/target_dtype/_data").value_or("");
  return state;
}

std::optional<State> pickled(const PackedScan& scan, std::string_view base) {
  State state{.name = std::string(base)};
  const auto beside = [&](std::string_view what) {
    return scan.metadata(state.name + "." + std::string(what)).value_or("");
  };
  if (!beside("__class__").starts_with("torchao.")) return std::nullopt;
  state.whole = scan.find(state.name);
  if (!state.whole) return std::nullopt;
  state.kind = lastOf(beside("__class__"));
  state.type = valueTypeOf(findElementType(state.whole->storedType));
  // An array alone has no path of its own.
  const auto values = ConfigValues::parse(fmt::format("{{\"block\": {}}}", beside("block_size")));
  if (values) state.block = values->integers("block");
  state.target = lastOf(beside("target_dtype"));
  return state;
}

class TorchAo final : public PackedConvention {
 public:
  std::string_view id() const override { return "torchao"; }
  std::string_view title() const override { return "torchao"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo& anchor,
                                             std::string_view base) const override {
    const bool isPickled = anchor.name[base.size()] == '.';
    const std::optional<State> state = isPickled ? pickled(scan, base) : flattened(scan, base);
    if (!state) return std::nullopt;
    const std::string& kind = state->kind;
    if (!kind.empty() && kind != "Int8Tensor" && kind != "IntxUnpackedToInt8Tensor" && kind != "Float8Tensor")
      return named(scan, anchor, base, kind);
    const auto part = [&](std::string_view suffix) { return (isPickled ? "." : "_") + std::string(suffix); };
    PackedParts parts(scan, base);
    const TensorInfo* const codes = parts.need(part("qdata"), {"I8", "F8_E4M3", "F8_E5M2"});
    const TensorInfo* const scales = parts.need(part("scale"), {"F32", "F16", "BF16"});
    const bool integer = codes && codes->type && codes->type->name == "I8";
    const TensorInfo* const zeros =
        integer ? parts.need(part("zero_point"), {"I8", "I32", "F32", "F16", "BF16"}) : nullptr;
    if (!parts.sound()) return tl::unexpected(parts.error());
    if (state->whole) parts.expectShape(codes, state->whole->shape);
    parts.expect(state->type.has_value(), codes, "a dtype of bfloat16, float16 or float32 for its values");
    const ValueType type = state->type.value_or(ValueType::F32);
    std::optional<std::array<std::uint64_t, 2>> block;
    if (const auto& stated = state->block; stated && stated->size() == 2 && (*stated)[0] > 0 && (*stated)[1] > 0)
      block = {static_cast<std::uint64_t>((*stated)[0]), static_cast<std::uint64_t>((*stated)[1])};
    auto grid = gridOver(parts, codes->shape, scales, block);
    auto zeroGrid = zeros ? gridOver(parts, codes->shape, zeros, block) : std::nullopt;
    if (!grid || !parts.sound()) return tl::unexpected(parts.error());
    const std::string target = !state->target.empty() ? state->target : integer ? "int8" : "float8";
    PackedWeight found =
        weightOf(parts, state->name, fmt::format("torchao {}", target.size() <= 8 ? target : "int"),
                 fmt::format("torchao {}, {}", kind.empty() ? "weight" : kind, grid->title()), codes->shape, type);
    found.decode = AffineDecoder{found.columns, plainCodes(parts.source(codes)), *grid, zeroGrid};
    if (state->whole) found.parts.push_back(scan.indexOf(*state->whole));
    return found;
  }

 private:
  static PackedWeight named(const PackedScan& scan, const TensorInfo& anchor, std::string_view base,
                            const std::string& kind) {
    PackedWeight weight{
        .name = {}, .storedType = {}, .title = {}, .shape = {}, .parts = {scan.indexOf(anchor)}, .decode = {}};
    const char separator = anchor.name[base.size()];
    for (const std::string_view suffix : {"scale", "zero_point", "scale_and_zero", "per_tensor_scale"})
      if (const TensorInfo* const part = scan.find(fmt::format("{}{}{}", base, separator, suffix)))
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
