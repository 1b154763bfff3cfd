// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/measured_product.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/backend/backend.h"
#include "core/matmul/drift.h"
#include "core/matmul/scaled_product.h"

namespace ulpscope {
namespace {

using Operands = DeviceProduct::Operands;

struct Capability {
  int major;
  int fromMinor, toMinor;
  std::string_view engine;
};
/// 12.x: the units of an RTX PRO 6000 are those of a B200 (arXiv 2512.07004), FP8 is one instruction there.
constexpr Capability kCapabilities[] = {
    {7, 0, 0, "v100"}, {7, 5, 5, "t4"},         {8, 0, 0, "a100"},          {8, 1, 8, "a2"},
    {8, 9, 9, "ada"},  {9, 0, 0, "h100-wgmma"}, {10, 0, 9, "b200-tcgen05"}, {12, 0, 9, "b200-tcgen05"}};

constexpr Operands kAllOperands[] = {Operands::Float32,  Operands::TFloat32,   Operands::Float16,
                                     Operands::BFloat16, Operands::Float8E4M3, Operands::Int8};

std::optional<Operands> operandsOf(std::string_view format) {
  for (const Operands operands : kAllOperands)
    if (formatOf(operands) == format) return operands;
  return {};
}

/// What a device would multiply in the place of an engine: of those with operands that are numbers of a format, each
/// rounded on its own, and sums in float32 or wider, and of INT8 without outlier columns.
std::optional<Operands> counterpartOf(const EngineChoice& choice) {
  const EngineUnit& unit = *choice.unit;
  if (unit.split || unit.blocks || choice.halfSums) return {};
  const auto operands = operandsOf(unit.format);
  const bool isInt8 = unit.scaling && unit.scaling->outlierThreshold == 0;
  return unit.isOfIntegers() == (operands == Operands::Int8) && unit.isOfIntegers() == isInt8 ? operands : std::nullopt;
}

/// What the device would be compared with; nothing where it does not multiply such operands, or has no model.
std::optional<EngineChoice> modelOf(const ProductDevice& device, Operands operands) {
  if (std::ranges::find(device.offered, operands) == device.offered.end()) return {};
  const MatrixEngine* const engine = operands == Operands::Float32 ? findEngine("fma")
                                     : operands == Operands::Int8  ? findEngine("int8")
                                                                   : modelOfCapability(device.major, device.minor);
  const EngineUnit* const unit = engine ? engine->unitFor(formatOf(operands)) : nullptr;
  if (!unit) return {};
  return EngineChoice{engine, unit};
}

MeasuredChoice choiceOf(Operands operands, const EngineChoice& model, const KOrder& order, std::size_t beside) {
  return {{operands, operands == Operands::Float8E4M3 && model.orderOr(order).kind == KOrder::Kind::Promote},
          model,
          beside};
}

/// The codes of an operand, as a device stores them.
Result<std::vector<std::byte>> codesOf(Operands operands, std::span<const float> values, const Backend& backend) {
  const std::size_t size = bytesOf(operands);
  std::vector<std::byte> codes(values.size() * size);
  if (size == sizeof(float)) {
    std::ranges::copy(std::as_bytes(values), codes.begin());
    return codes;
  }
  const FloatRounding rule{*findFormat(formatOf(operands))->floatSpec()};
  const auto encode = [&]<class Code>(Code) -> Result<> {
    std::vector<Code> encoded(values.size());
    if (auto done = backend.encode(rule, values, std::span(encoded)); !done) return done;
    std::ranges::copy(std::as_bytes(std::span(encoded)), codes.begin());
    return {};
  };
  const Result<> done = size == 2 ? encode(std::uint16_t{}) : encode(std::uint8_t{});
  if (!done) return tl::unexpected(done.error());
  return codes;
}

std::vector<std::byte> codesOf(const IntegerRows& rows) {
  std::vector<std::byte> codes(rows.values.size());
  std::ranges::transform(rows.values, codes.begin(), [](std::int16_t code) { return static_cast<std::byte>(code); });
  return codes;
}

Result<MatrixProduct> measureIntegers(const DeviceProduct& product, const ProductSettings& settings,
                                      const DenseMatrix& a, const DenseMatrix& columnsOfB, const Backend& backend,
                                      const JobContext& job) {
  const auto sums = [&](const IntegerRows& x, const IntegerRows& y) -> Result<std::vector<std::int32_t>> {
    std::vector<double> c(a.rows * columnsOfB.rows);
    const auto done = backend.multiplyOnDevice(product, codesOf(x), codesOf(y), x.length, c, job.stop);
    if (!done) return tl::unexpected(done.error());
    std::vector<std::int32_t> whole(c.size());
    std::ranges::transform(c, whole.begin(), [](double sum) { return static_cast<std::int32_t>(sum); });
    return whole;
  };
  return multiplyScaled(settings, a, columnsOfB, backend, job, sums);
}

}  // namespace

std::string_view formatOf(Operands operands) {
  switch (operands) {
    case Operands::Float32:
      return "float32";
    case Operands::TFloat32:
      return "tfloat32";
    case Operands::Float16:
      return "float16";
    case Operands::BFloat16:
      return "bfloat16";
    case Operands::Float8E4M3:
      return "float8_e4m3fn";
    case Operands::Int8:
      break;
  }
  return "int8";
}

std::string idOf(const DeviceProduct& product) {
  return fmt::format("cublas@{}{}", formatOf(product.operands), product.promotes ? "/promoted" : "");
}

const MatrixEngine* modelOfCapability(int major, int minor) {
  for (const Capability& known : kCapabilities)
    if (known.major == major && known.fromMinor <= minor && minor <= known.toMinor) return findEngine(known.engine);
  return nullptr;
}

std::vector<MeasuredChoice> measuredChoices(std::span<const EngineChoice> engines, const KOrder& order,
                                            const ProductDevice& device) {
  std::vector<MeasuredChoice> choices;
  const auto isMeasured = [&](Operands operands) {
    return std::ranges::any_of(choices, [&](const MeasuredChoice& one) { return one.product.operands == operands; });
  };
  for (std::size_t e = 0; e < engines.size(); ++e) {
    const auto operands = counterpartOf(engines[e]);
    if (!operands) continue;
    const auto model = modelOf(device, *operands);
    if (model && model->unit == engines[e].unit) choices.push_back(choiceOf(*operands, engines[e], order, e));
  }
  for (std::size_t e = 0; e < engines.size(); ++e) {
    const auto operands = counterpartOf(engines[e]);
    if (!operands || isMeasured(*operands)) continue;
    if (const auto model = modelOf(device, *operands)) choices.push_back(choiceOf(*operands, *model, order, e));
  }
  std::ranges::stable_sort(choices, {}, &MeasuredChoice::beside);
  return choices;
}

Result<MatrixProduct> measure(const DeviceProduct& product, const ProductSettings& settings, const DenseMatrix& a,
                              const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job) {
  assert(counterpartOf(settings.engine) == product.operands && a.columns == columnsOfB.columns);
  if (product.operands == Operands::Int8) return measureIntegers(product, settings, a, columnsOfB, backend, job);
  const PreparedOperand left = prepareOperand(settings, a, OperandSide::A, backend);
  const PreparedOperand right = prepareOperand(settings, columnsOfB, OperandSide::B, backend);
  const auto codesOfA = codesOf(product.operands, left.values, backend);
  if (!codesOfA) return tl::unexpected(codesOfA.error());
  const auto codesOfB = codesOf(product.operands, right.values, backend);
  if (!codesOfB) return tl::unexpected(codesOfB.error());
  MatrixProduct measured{{a.rows, columnsOfB.rows, std::vector<double>(a.rows * columnsOfB.rows)}, left.counts};
  measured.inputs.merge(right.counts);
  const auto done = backend.multiplyOnDevice(product, *codesOfA, *codesOfB, left.length, measured.c.values, job.stop);
  if (!done) return tl::unexpected(done.error());
  return measured;
}

ProductDifference compareProducts(const DenseMatrix& measured, const DenseMatrix& model) {
  assert(measured.values.size() == model.values.size());
  ProductDifference difference{measured.values.size()};
  for (std::size_t i = 0; i < model.values.size(); ++i) {
    const double x = measured.values[i], y = model.values[i];
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    ++difference.differing;
    if (std::isfinite(x) && std::isfinite(y))
      difference.maxUlp = std::max(difference.maxUlp, std::abs(x - y) / ulpOfFloat32(y));
  }
  return difference;
}

}  // namespace ulpscope
