// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/measured_products.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>

#include "core/matmul/measured_product.h"

namespace ulpscope::kernels {
namespace {

constexpr Distribution kDistributions[] = {Distribution::Normal, Distribution::Uniform};

/// The formats that engines are asked for; the device's own model comes with the choice.
std::vector<EngineChoice> allFormats() {
  std::vector<EngineChoice> engines;
  for (const char* id :
       {"fma@float32", "a100@tfloat32", "a100@float16", "a100@bfloat16", "h100@float8_e4m3fn", "int8@int8"})
    engines.push_back(*parseEngine(id));
  return engines;
}

struct Comparison {
  const Backend& backend;
  const MeasuredChoice& choice;
  std::size_t size, k;

  /// Over operands of both distributions.
  Result<ProductDifference> under(const KOrder& order) const {
    ProductDifference all;
    for (const Distribution distribution : kDistributions) {
      const ProductSettings settings{.engine = choice.model, .order = order};
      const DenseMatrix a = randomMatrix(size, k, distribution, 1);
      const DenseMatrix b = randomMatrix(size, k, distribution, 2);
      const auto measured = measure(choice.product, settings, a, b, backend, {});
      if (!measured) return tl::unexpected(measured.error());
      const auto model = multiply(settings, a, b, backend, {});
      if (!model) return tl::unexpected(model.error());
      const ProductDifference found = compareProducts(measured->c, model->c);
      all.elements += found.elements;
      all.differing += found.differing;
      all.maxUlp = std::max(all.maxUlp, found.maxUlp);
    }
    return all;
  }
};

bool isMatrixUnit(const MeasuredChoice& choice) { return choice.model.unit->unit.summation == Summation::Fused; }

void compare(const Backend& backend, const MeasuredChoice& choice, std::size_t size, std::size_t longK,
             std::ostream& out) {
  const bool isExact = choice.product.operands == DeviceProduct::Operands::Int8;
  const std::size_t block = isMatrixUnit(choice) ? static_cast<std::size_t>(choice.model.unit->unit.blockLength) : 1;
  const auto line = [&](std::size_t k, const KOrder& order, bool mustBeEqual) {
    const auto found = Comparison{backend, choice, size, k}.under(order);
    if (!found) {
      ADD_FAILURE() << idOf(choice.product) << ": " << describe(found.error());
      return;
    }
    out << fmt::format("{:<32} {:<28} {:>6} {:<12} {:>10} {:>10} {:>12.4g}\n", idOf(choice.product), choice.model.id(),
                       k, order.id(), found->elements, found->differing, found->maxUlp);
    if (mustBeEqual) {
      EXPECT_EQ(found->differing, 0U) << idOf(choice.product) << ", K = " << k;
    }
  };
  line(block, {}, isExact || isMatrixUnit(choice));
  if (isExact) return line(longK, {}, true);
  for (const KOrder& order :
       {KOrder{}, KOrder{KOrder::Kind::Split, 2}, KOrder{KOrder::Kind::Split, 4}, KOrder{KOrder::Kind::Promote, 128}})
    line(longK, order, false);
}

}  // namespace

void compareMeasuredProducts(const Backend& backend, std::size_t size, std::size_t longK, std::ostream& out) {
  const auto device = backend.productDevice();
  if (!device) {
    out << "nothing is measured: " << describe(device.error()) << '\n';
    return;
  }
  out << fmt::format("{}, compute capability {}.{}, {}\n\n{:<32} {:<28} {:>6} {:<12} {:>10} {:>10} {:>12}\n",
                     device->name, device->major, device->minor, device->library, "measured", "model", "K", "order",
                     "elements", "differ", "by ulp");
  for (const KOrder& order : {KOrder{}, KOrder{KOrder::Kind::Promote, 128}})
    for (const MeasuredChoice& choice : measuredChoices(allFormats(), order, *device))
      if (order.kind == KOrder::Kind::Sequential || choice.product.promotes) compare(backend, choice, size, longK, out);
}

}  // namespace ulpscope::kernels
