// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/byte_source.h"
#include "core/base/text.h"
#include "core/calibration/imatrix_dat.h"
#include "core/calibration/synthetic_calibration.h"

namespace ulpscope {
namespace {

constexpr std::array<std::string_view, 8> kKinds{"inputs",         "hessian", "second_moments", "mean_magnitudes",
                                                 "max_magnitudes", "samples", "in_sum2",        "counts"};
/// Numbers of one array that are held.
constexpr std::uint64_t kMostNumbers = std::uint64_t{1} << 29;
constexpr std::uint64_t kBatch = 1 << 20;

std::string_view withoutSuffix(std::string_view name, std::string_view suffix) {
  return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}
std::string_view moduleOf(std::string_view weight) { return withoutSuffix(weight, ".weight"); }

/// Whether `longer` is `shorter` behind a dot.
bool endsWithName(std::string_view longer, std::string_view shorter) {
  return !shorter.empty() && longer.size() > shorter.size() && longer.ends_with(shorter) &&
         longer[longer.size() - shorter.size() - 1] == '.';
}

/// The index of the only one that fits, or nothing.
template <class Range, class Fits>
std::optional<std::size_t> onlyOne(const Range& all, Fits fits) {
  const auto first = std::find_if(all.begin(), all.end(), fits);
  if (first == all.end() || std::find_if(first + 1, all.end(), fits) != all.end()) return std::nullopt;
  return static_cast<std::size_t>(first - all.begin());
}

bool isSamePlace(const TensorPlace& a, const TensorPlace& b) {
  return a.role != TensorRole::None && a.layer && a.role == b.role && a.layer == b.layer && a.expert == b.expert &&
         a.ofExperts == b.ofExperts && a.bias == b.bias;
}

tl::unexpected<Error> badShape(std::string_view what, const std::string& expected, const TensorInfo& found) {
  return fail(Errc::Corrupt, fmt::format("{} of shape {} expected, found {}", what, expected, bracketed(found.shape)),
              found.name);
}

/// Leading dimensions of one are left out of what is compared.
std::vector<std::uint64_t> plainShape(const TensorInfo& info) {
  auto shape = info.shape;
  while (shape.size() > 1 && shape.front() == 1) shape.erase(shape.begin());
  return shape;
}

bool isFinite(const std::vector<float>& values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

}  // namespace

Result<std::shared_ptr<const Calibration>> Calibration::open(const std::filesystem::path& path, const JobContext& job) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) {
    const auto file = openFile(path);
    if (!file) return tl::unexpected(file.error());
    if (isImatrixDat(**file)) {
      auto entries = readImatrixDat(**file);
      if (!entries) return tl::unexpected(std::move(entries).error());
      auto calibration = std::make_shared<Calibration>();
      calibration->m_source = path.string();
      for (ImatrixEntry& entry : *entries)
        calibration->m_secondMoments.insert_or_assign(std::string(moduleOf(entry.name)),
                                                      std::move(entry.secondMoments));
      calibration->listLayers();
      return calibration;
    }
  }
  auto checkpoint = openCheckpoint(path, {}, job);
  if (!checkpoint) return tl::unexpected(std::move(checkpoint).error());
  return from(*std::move(checkpoint));
}

Result<std::shared_ptr<const Calibration>> Calibration::from(std::shared_ptr<const Checkpoint> checkpoint) {
  auto calibration = std::make_shared<Calibration>();
  calibration->m_source = checkpoint->path;
  for (std::size_t i = 0; i < checkpoint->tensors.size(); ++i) {
    const std::string_view name = checkpoint->tensors[i].name;
    for (const std::string_view kind : kKinds)
      if (endsWithName(name, kind)) {
        const std::string_view layer = moduleOf(name.substr(0, name.size() - kind.size() - 1));
        calibration->m_layers[std::string(layer)].emplace(kind, i);
      }
  }
  if (calibration->m_layers.empty())
    return fail(Errc::Usage,
                fmt::format("arrays of the names <layer>.inputs, .hessian, .second_moments or .in_sum2 expected, found "
                            "none among {}",
                            counted(checkpoint->tensors.size(), "tensor")),
                checkpoint->path);
  calibration->m_checkpoint = std::move(checkpoint);
  calibration->listLayers();
  return calibration;
}

std::shared_ptr<const Calibration> Calibration::synthetic(std::uint64_t seed) {
  auto calibration = std::make_shared<Calibration>();
  calibration->m_source = syntheticCalibration(0, seed).source;
  calibration->m_seed = seed;
  return calibration;
}

void Calibration::listLayers() {
  for (const auto& [name, arrays] : m_layers) m_names.push_back(name);
  for (const auto& [name, moments] : m_secondMoments) m_names.push_back(name);
  for (const std::string& name : m_names) m_places.push_back(roleOf(fmt::format("{}.weight", name)));
}

std::optional<std::string> Calibration::layerOf(std::string_view weight) const {
  const std::string_view module = moduleOf(weight);
  if (m_layers.contains(module) || m_secondMoments.contains(module)) return std::string(module);
  const auto found = onlyOne(
      m_names, [&](const std::string& name) { return endsWithName(name, module) || endsWithName(module, name); });
  if (found) return m_names[*found];
  const TensorPlace place = roleOf(fmt::format("{}.weight", module));
  const auto meant = onlyOne(m_places, [&](const TensorPlace& other) { return isSamePlace(place, other); });
  return meant ? std::optional(m_names[*meant]) : std::nullopt;
}

Result<LayerCalibration> Calibration::layer(std::string_view weight, std::uint64_t columns, const Backend& backend,
                                            const JobContext& job) const {
  if (m_seed) return syntheticCalibration(columns, *m_seed);
  const auto name = layerOf(weight);
  if (!name)
    return fail(Errc::NotFound,
                fmt::format("inputs of the layer of {} expected, found those of {} others", inQuotes(weight),
                            groupedDigits(m_names.size())),
                m_source);
  LayerCalibration layer;
  if (const auto moments = m_secondMoments.find(*name); moments != m_secondMoments.end()) {
    layer.columns = moments->second.size();
    layer.secondMoments = moments->second;
  } else {
    auto read = readLayer(m_layers.find(*name)->second, columns, backend, job);
    if (!read) return read;
    layer = *std::move(read);
  }
  layer.source = fmt::format("{}: {}", m_source, printable(*name));
  if (layer.columns != columns)
    return fail(Errc::Unsupported,
                fmt::format("inputs of {} columns expected, as the weight has, found {}", columns, layer.columns),
                layer.source);
  for (const auto* values : {&layer.inputs, &layer.secondMoments, &layer.meanMagnitudes, &layer.maxMagnitudes})
    if (!isFinite(*values))
      return fail(Errc::Corrupt, "finite numbers expected, found infinite ones or NaN", layer.source);
  if (!std::ranges::all_of(layer.hessian, [](double value) { return std::isfinite(value); }))
    return fail(Errc::Corrupt, "a Hessian of finite numbers expected, found infinite ones or NaN", layer.source);
  deriveMoments(layer);
  return layer;
}

Result<std::vector<float>> Calibration::counts(std::string_view weight, const Backend& backend,
                                               const JobContext& job) const {
  const auto name = layerOf(weight);
  const auto arrays = name ? m_layers.find(*name) : m_layers.end();
  if (arrays == m_layers.end()) return std::vector<float>{};
  const auto found = arrays->second.find("counts");
  if (found == arrays->second.end()) return std::vector<float>{};
  return read(found->second, backend, job);
}

Result<std::vector<float>> Calibration::read(std::size_t tensor, const Backend& backend, const JobContext& job) const {
  const auto source = m_checkpoint->source(tensor);
  if (!source) return tl::unexpected(source.error());
  const std::uint64_t count = source->info().elements;
  if (count > kMostNumbers)
    return fail(Errc::LimitExceeded,
                fmt::format("at most {} numbers expected, found {}", groupedDigits(kMostNumbers), groupedDigits(count)),
                source->info().name);
  std::vector<float> values(count);
  std::vector<double> wide;
  for (std::uint64_t first = 0; first < count; first += kBatch) {
    const auto batch = std::span(values).subspan(first, std::min(kBatch, count - first));
    if (source->type().exactAsFloat) {
      if (auto done = source->readFloats(first, batch, backend); !done) return tl::unexpected(done.error());
    } else {
      wide.resize(batch.size());
      if (auto done = source->readDoubles(first, wide); !done) return tl::unexpected(done.error());
      std::ranges::transform(wide, batch.begin(), [](double value) { return static_cast<float>(value); });
    }
    if (auto going = job.step(0); !going) return tl::unexpected(going.error());
  }
  return values;
}

Result<LayerCalibration> Calibration::readLayer(const Arrays& arrays, std::uint64_t columns, const Backend& backend,
                                                const JobContext& job) const {
  LayerCalibration layer;
  layer.columns = columns;
  const auto vector = [&](std::string_view kind, std::vector<float>& into) -> Result<> {
    const auto found = arrays.find(kind);
    if (found == arrays.end()) return {};
    const TensorInfo& info = m_checkpoint->tensors[found->second];
    if (plainShape(info) != std::vector{columns}) return badShape(kind, fmt::format("[{}]", columns), info);
    auto values = read(found->second, backend, job);
    if (!values) return tl::unexpected(std::move(values).error());
    into = *std::move(values);
    return {};
  };
  if (const auto found = arrays.find("inputs"); found != arrays.end()) {
    const TensorInfo& info = m_checkpoint->tensors[found->second];
    if (info.shape.empty() || info.shape.back() != columns)
      return badShape("inputs", fmt::format("[tokens, {}]", columns), info);
    auto values = read(found->second, backend, job);
    if (!values) return tl::unexpected(std::move(values).error());
    layer.inputs = *std::move(values);
  }
  if (const auto found = arrays.find("hessian"); found != arrays.end()) {
    const TensorInfo& info = m_checkpoint->tensors[found->second];
    if (info.shape != std::vector{columns, columns})
      return badShape("a Hessian", fmt::format("[{}, {}]", columns, columns), info);
    const auto values = read(found->second, backend, job);
    if (!values) return tl::unexpected(values.error());
    layer.hessian.assign(values->begin(), values->end());
  }
  for (const auto& [kind, into] : {std::pair{"second_moments", &layer.secondMoments},
                                   {"mean_magnitudes", &layer.meanMagnitudes},
                                   {"max_magnitudes", &layer.maxMagnitudes}})
    if (auto done = vector(kind, *into); !done) return tl::unexpected(std::move(done).error());
  if (const auto found = arrays.find("in_sum2"); found != arrays.end()) {
    const TensorInfo& info = m_checkpoint->tensors[found->second];
    if (const auto shape = plainShape(info); shape.size() == 2 && shape[1] == columns)
      return fail(Errc::Unsupported, fmt::format("the importance of one matrix expected, found those of {}", shape[0]),
                  info.name);
  }
  std::vector<float> sums;
  if (auto done = vector("in_sum2", sums); !done) return tl::unexpected(std::move(done).error());
  std::vector<float> counts;
  for (const std::string_view kind : {"samples", "counts"})
    if (const auto found = arrays.find(kind); found != arrays.end()) {
      auto values = read(found->second, backend, job);
      if (!values) return tl::unexpected(std::move(values).error());
      counts = *std::move(values);
    }
  const float count = counts.size() == 1 && counts[0] >= 1 && counts[0] <= 0x1p62f ? counts[0] : 0;
  layer.samples = static_cast<std::uint64_t>(count);
  layer.isUnreached = counts.size() == 1 && counts[0] == 0;
  if (!sums.empty()) {
    if (count == 0)
      return fail(Errc::Unsupported, "a count of inputs above 0 expected, found none: the layer was never reached",
                  m_checkpoint->tensors[arrays.find("in_sum2")->second].name);
    for (float& sum : sums) sum /= count;
    layer.secondMoments = std::move(sums);
  }
  return layer;
}

}  // namespace ulpscope
