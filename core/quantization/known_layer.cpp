// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/known_layer.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/analysis/overview.h"
#include "core/base/text.h"
#include "core/calibration/calibration_coverage.h"
#include "core/checkpoint/siblings.h"
#include "core/quantization/knobs.h"

namespace ulpscope {
namespace {

/// What a calibration has of a layer, where that is enough; else why it is not.
Result<> lookUp(const Calibration& calibration, const TensorInfo& tensor, const Backend& backend, const JobContext& job,
                KnownLayer& known) {
  if (tensor.shape.size() < 2) {  // also where inputs are drawn, which would be found for anything
    known.unknown =
        Error{Errc::NotFound, fmt::format("the matrix of a layer expected, found shape {}", bracketed(tensor.shape)),
              tensor.name, std::nullopt};
    return {};
  }
  auto layer = calibration.layer(tensor.name, matrixShape(tensor.shape).columns, backend, job);
  if (layer) {
    known.inputs = *std::move(layer);
    return {};
  }
  const Errc code = layer.error().code;
  if (code != Errc::NotFound && code != Errc::Unsupported) return tl::unexpected(std::move(layer).error());
  known.unknown = std::move(layer).error();
  return {};
}

Result<> readSiblings(const Checkpoint& checkpoint, std::size_t tensor, const Backend& backend, const JobContext& job,
                      KnownLayer& known) {
  for (const std::size_t sibling : siblingsOf(checkpoint, tensor)) {
    const auto source = checkpoint.source(sibling);
    auto loaded = source ? loadTensor(*source, backend, job) : tl::unexpected(source.error());
    const std::string& name = checkpoint.tensors[sibling].name;
    if (loaded) {
      known.siblings.names.push_back(name);
      known.siblings.tensors.push_back(*std::move(loaded));
    } else if (concernsOneTensor(loaded.error().code)) {
      known.warnings.push_back(
          fmt::format("{}, which takes the same inputs, is left out: {}", printable(name), loaded.error().message));
    } else {
      return tl::unexpected(std::move(loaded).error());
    }
  }
  return {};
}

}  // namespace

Result<KnownLayer> knownLayer(const Calibration* calibration, const Checkpoint& checkpoint, std::size_t tensor,
                              Siblings siblings, const Backend& backend, const JobContext& job) {
  KnownLayer known;
  if (!calibration) return known;
  const JobContext quiet{job.stop, nullptr};
  if (auto found = lookUp(*calibration, checkpoint.tensors[tensor], backend, quiet, known); !found)
    return tl::unexpected(std::move(found).error());
  if (!known.inputs) return known;
  for (const CoverageGap& gap : coverageGaps(*known.inputs)) known.warnings.push_back(gap.sentence);
  if (siblings == Siblings::LeaveOut) return known;
  if (auto read = readSiblings(checkpoint, tensor, backend, quiet, known); !read)
    return tl::unexpected(std::move(read).error());
  return known;
}

Siblings siblingsFor(std::span<const SchemeChoice> choices) {
  const auto shares = [](const SchemeChoice& choice) {
    return choice.scheme && sharesWithSiblings(choice.scheme->info(), choice.settings);
  };
  return std::ranges::any_of(choices, shares) ? Siblings::Read : Siblings::LeaveOut;
}

}  // namespace ulpscope
