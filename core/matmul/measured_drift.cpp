// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/measured_drift.h"

#include <utility>

#include "core/backend/backend.h"

namespace ulpscope {
namespace {

/// One experiment's measurements.
class Measurements {
 public:
  Measurements(const DriftSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
               const Backend& backend, const JobContext& job)
      : m_settings(settings), m_a(a), m_columnsOfB(columnsOfB), m_backend(backend), m_job(job) {}

  Result<> add(const MeasuredChoice& choice, Drift& drift) const {
    const ProductSettings model = m_settings.productOf(choice.model);
    auto product = measured(choice.product, model, drift);
    if (!product) return tl::unexpected(std::move(product).error());
    const DriftSeries& beside = drift.series[choice.beside];
    Result<ProductDifference> difference;
    if (beside.engine == choice.model) {
      difference = compareProducts(product->c, beside.product.c);
    } else {
      const auto modelled = multiply(model, m_a, m_columnsOfB, m_backend, m_job);
      if (!modelled) return tl::unexpected(modelled.error());
      difference = compareProducts(product->c, modelled->c);
    }
    const ProductError error = measureProduct(product->c, drift.reference);
    drift.measured.push_back({choice, *std::move(product), error, *difference});
    return {};
  }

 private:
  Result<MatrixProduct> measured(const DeviceProduct& product, const ProductSettings& model, const Drift& drift) const {
    for (const MeasuredSeries& earlier : drift.measured)
      if (earlier.choice.product == product) return earlier.product;
    return measure(product, model, m_a, m_columnsOfB, m_backend, m_job);
  }

  const DriftSettings& m_settings;
  const DenseMatrix& m_a;
  const DenseMatrix& m_columnsOfB;
  const Backend& m_backend;
  const JobContext& m_job;
};

}  // namespace

Result<> addMeasured(const DriftSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
                     const Backend& backend, const JobContext& job, Drift& drift) {
  const auto device = backend.productDevice();
  if (!device) {
    drift.notMeasured = device.error();
    return {};
  }
  const Measurements measurements(settings, a, columnsOfB, backend, job);
  for (const MeasuredChoice& choice : measuredChoices(settings.engines, settings.order, *device)) {
    if (auto stopped = job.step(0); !stopped) return stopped;
    const auto added = measurements.add(choice, drift);
    if (added) continue;
    if (added.error().code == Errc::Cancelled) return added;
    drift.notMeasured = added.error();
    return {};
  }
  return {};
}

}  // namespace ulpscope
