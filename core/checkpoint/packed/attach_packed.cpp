// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/packed/packed_convention.h"

namespace ulpscope {
namespace {

constexpr std::size_t kNamedWarnings = 4;  ///< per convention; what follows is counted

/// What one convention found.
struct Tally {
  std::size_t weights = 0;
  std::size_t refused = 0;
  std::vector<std::string> warnings;
};

std::vector<std::shared_ptr<const ByteSource>> sourcesOf(const Checkpoint& checkpoint,
                                                         const std::vector<std::size_t>& parts) {
  std::vector<std::shared_ptr<const ByteSource>> sources;
  for (const std::size_t part : parts) {
    const TensorInfo& tensor = checkpoint.tensors[part];
    const auto& source = tensor.storage ? tensor.storage : checkpoint.files[tensor.file];
    if (std::ranges::find(sources, source) == sources.end()) sources.push_back(source);
  }
  return sources;
}

/// The weight as a tensor; its parts must lie in the checkpoint. Nothing where its size does not fit.
std::optional<TensorInfo> asTensor(const Checkpoint& checkpoint, const PackedConvention& convention,
                                   PackedWeight&& weight) {
  const auto elements = checkedProduct(weight.shape);
  const ElementType& type = elementTypeOf(weight.type);
  if (!elements || !byteSize(type, *elements) || checkedMultiply(weight.rows, weight.columns) != elements)
    return std::nullopt;
  const TensorInfo& first = checkpoint.tensors[weight.parts.front()];
  TensorInfo tensor{.name = std::move(weight.name),
                    .storedType = std::move(weight.storedType),
                    .type = &type,
                    .shape = std::move(weight.shape),
                    .elements = *elements,
                    .bytes = 0,
                    .offset = first.offset,
                    .file = first.file};
  for (const std::size_t part : weight.parts)
    tensor.bytes = checkedAdd(tensor.bytes, checkpoint.tensors[part].bytes).value_or(tensor.bytes);
  if (!weight.decode) {
    tensor.type = nullptr;
    tensor.offset = 0;
  } else {
    tensor.storage = decodedSource({.name = checkpoint.files[first.file]->name(),
                                    .rows = weight.rows,
                                    .columns = weight.columns,
                                    .type = weight.type,
                                    .decode = std::move(weight.decode),
                                    .from = sourcesOf(checkpoint, weight.parts)});
  }
  tensor.packing = std::make_shared<const Packing>(
      Packing{std::string(convention.id()), std::move(weight.title), std::move(weight.parts)});
  tensor.remark = std::move(weight.remark);
  return tensor;
}

/// Appends weights to a checkpoint whose stored tensors a scan is looking at: all at the end, in one go.
class Collector {
 public:
  Collector(const Checkpoint& checkpoint, PackedScan& scan) : m_checkpoint(checkpoint), m_scan(scan) {}

  void consider(const PackedConvention& convention, const TensorInfo& anchor) {
    for (const std::string_view ending : convention.anchors()) {
      if (!anchor.name.ends_with(ending)) continue;
      const std::string_view base = std::string_view(anchor.name).substr(0, anchor.name.size() - ending.size());
      Tally& tally = m_tallies[&convention];
      auto found = convention.weight(m_scan, anchor, base);
      if (!found) {
        ++tally.refused;
        if (tally.warnings.size() < kNamedWarnings)
          tally.warnings.push_back(fmt::format("Not decoded as {}: {}.", convention.title(), describe(found.error())));
      } else if (*found) {
        add(convention, std::move(**found), tally);
      }
      return;
    }
  }

  const std::map<const PackedConvention*, Tally>& tallies() const { return m_tallies; }
  std::vector<TensorInfo> take() { return std::move(m_weights); }
  const std::map<std::size_t, std::string>& remarks() const { return m_remarks; }

 private:
  void add(const PackedConvention& convention, PackedWeight&& weight, Tally& tally) {
    if (weight.name.empty()) {
      ++tally.weights;
      for (const std::size_t part : weight.parts) {
        m_scan.take(part);
        m_remarks.emplace(part, weight.remark);
      }
      return;
    }
    const std::vector<std::size_t> parts = weight.parts;
    const std::string name = weight.name;
    std::optional<TensorInfo> tensor = asTensor(m_checkpoint, convention, std::move(weight));
    if (!tensor) {
      ++tally.refused;
      if (tally.warnings.size() < kNamedWarnings)
        tally.warnings.push_back(
            fmt::format("Not decoded as {}: tensor {} is too large.", convention.title(), inQuotes(name)));
      return;
    }
    ++tally.weights;
    for (const std::size_t part : parts) m_scan.take(part);
    m_weights.push_back(std::move(*tensor));
  }

  const Checkpoint& m_checkpoint;
  PackedScan& m_scan;
  std::map<const PackedConvention*, Tally> m_tallies;
  std::vector<TensorInfo> m_weights;
  std::map<std::size_t, std::string> m_remarks;
};

/// Each weight takes its name from the stored tensor that has it; both stay unique.
void append(Checkpoint& checkpoint, std::vector<TensorInfo> weights) {
  if (weights.empty()) return;
  std::map<std::string, std::size_t> names;  // the tensors that have them
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) names.emplace(checkpoint.tensors[i].name, i);
  const auto freeName = [&](const std::string& name) {
    std::string free = name;
    for (int count = 2; names.contains(free); ++count) free = fmt::format("{} ({})", name, count);
    return free;
  };
  checkpoint.tensors.reserve(checkpoint.tensors.size() + weights.size());
  for (TensorInfo& weight : weights) {
    const std::size_t index = checkpoint.tensors.size();
    if (const auto stored = names.find(weight.name); stored != names.end()) {
      if (stored->second < checkpoint.tensors.size() && !checkpoint.tensors[stored->second].packing) {
        const std::size_t holder = stored->second;
        const std::string renamed = freeName(weight.name + " (stored)");
        names.erase(stored);
        names.emplace(renamed, holder);
        checkpoint.tensors[holder].name = renamed;
      } else {
        weight.name = freeName(weight.name);
      }
    }
    names.emplace(weight.name, index);
    for (const std::size_t part : weight.packing->parts) checkpoint.tensors[part].partOf = index;
    checkpoint.tensors.push_back(std::move(weight));
  }
}

/// The conventions that the config names, by its quant_method.
std::vector<const PackedConvention*> named(const std::string& method) {
  std::vector<const PackedConvention*> conventions;
  for (const PackedConvention* convention : packedConventions())
    if (std::ranges::find(convention->methods(), method) != convention->methods().end())
      conventions.push_back(convention);
  return conventions;
}

/// Neither the config nor the names of tensors are believed alone: where they disagree, that is said.
void compareWithConfig(Checkpoint& checkpoint, const std::string& method,
                       const std::map<const PackedConvention*, Tally>& tallies) {
  if (method.empty()) return;
  const auto conventions = named(method);
  const auto found = [&](const PackedConvention* convention) {
    const auto tally = tallies.find(convention);
    return tally != tallies.end() && (tally->second.weights > 0 || tally->second.refused > 0);
  };
  if (conventions.empty()) {
    checkpoint.warnings.push_back(
        fmt::format("The config says quant_method {}, which is not known: weights are shown as they are stored.",
                    inQuotes(method)));
    return;
  }
  for (const PackedConvention* convention : packedConventions())
    if (found(convention) && std::ranges::find(conventions, convention) == conventions.end())
      checkpoint.warnings.push_back(
          fmt::format("The config says quant_method {}, but the tensors are those of {}, as which they were decoded.",
                      inQuotes(method), convention->title()));
  if (std::ranges::none_of(conventions, found) && !checkpoint.tensors.empty())
    checkpoint.warnings.push_back(
        fmt::format("The config says quant_method {}, but no such weights were found.", inQuotes(method)));
}

}  // namespace

Result<> attachPackedWeights(Checkpoint& checkpoint, const OpenContext& context) {
  ConfigValues config;
  if (checkpoint.config) {
    auto parsed = ConfigValues::parse(*checkpoint.config);
    if (parsed)
      config = std::move(*parsed);
    else
      checkpoint.warnings.push_back(fmt::format("config.json cannot be read: {}.", describe(parsed.error())));
  }
  PackedScan scan(checkpoint, config);
  Collector collector(checkpoint, scan);
  for (const PackedConvention* convention : packedConventions())
    for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
      if (i % 1024 == 0)
        if (auto going = context.job.step(0); !going) return going;
      if (!scan.isTaken(i)) collector.consider(*convention, checkpoint.tensors[i]);
    }

  for (const auto& [part, remark] : collector.remarks())
    if (checkpoint.tensors[part].remark.empty()) checkpoint.tensors[part].remark = remark;
  for (const PackedConvention* convention : packedConventions()) {
    const auto tally = collector.tallies().find(convention);
    if (tally == collector.tallies().end()) continue;
    for (const std::string& warning : tally->second.warnings) checkpoint.warnings.push_back(warning);
    if (tally->second.refused > tally->second.warnings.size())
      checkpoint.warnings.push_back(
          fmt::format("Not decoded as {} either: {}.", convention->title(),
                      counted(tally->second.refused - tally->second.warnings.size(), "weight")));
  }
  compareWithConfig(checkpoint, scan.quantMethod(), collector.tallies());
  append(checkpoint, collector.take());
  return {};
}

}  // namespace ulpscope
