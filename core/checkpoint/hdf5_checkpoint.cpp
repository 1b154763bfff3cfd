// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/hdf5_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/distinct_names.h"
#include "core/checkpoint/finding.h"
#include "core/checkpoint/keras_config.h"

namespace ulpscope {
namespace {

using hdf5::LinkKind;

InertObject describeLink(const Hdf5Link& link) {
  const std::string target = inQuotes(link.target);
  switch (link.kind) {
    case LinkKind::Soft:
      return {link.path, "soft link", fmt::format("it leads to {} and is not followed", target)};
    case LinkKind::External:
      return {link.path, "external link", fmt::format("it leads to {} in another file and is not followed", target),
              true};
    case LinkKind::SecondName:
      return {link.path, "hard link",
              fmt::format("a second name of {}", link.target.empty() ? "the root group" : target)};
    case LinkKind::NamedType:
      return {link.path, "named type", "a type that datasets may refer to"};
    case LinkKind::Other:
      break;
  }
  return {link.path, "user-defined link", "it is not followed"};
}

/// One text, or a list of them as JSON has it.
std::string textOf(const Hdf5Attribute& attribute) {
  if (!attribute.isArray && attribute.values.size() == 1) return attribute.values[0];
  std::string text = "[";
  for (const std::string& value : attribute.values) {
    if (text.size() > 1) text += ", ";
    text += value;
  }
  return text + "]";
}

/// Attribute arrays that are too long for a header are cut: layer_names0, layer_names1, ...
bool isPartOf(std::string_view name, std::string_view array) {
  if (!name.starts_with(array)) return false;
  name.remove_prefix(array.size());
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

class Builder {
 public:
  Builder(const Hdf5Listing& listing, std::shared_ptr<const ByteSource> file, const OpenOptions& options)
      : m_listing(listing), m_file(std::move(file)), m_options(options) {}

  Result<Checkpoint> run() {
    m_checkpoint.path = m_file->name();
    if (!m_listing.missingIsolation.empty())
      m_checkpoint.warnings.push_back(fmt::format("Read with reduced isolation, because the kernel refuses it: {}.",
                                                  printable(m_listing.missingIsolation)));
    if (auto added = addTensors(); !added) return tl::unexpected(std::move(added.error()));
    for (const auto& [path, what] : m_listing.problems) {
      if (path.empty())
        m_checkpoint.warnings.push_back(fmt::format("The root group: {}.", printable(what)));
      else
        m_checkpoint.objects.push_back({path, "unreadable", printable(what)});
    }
    for (const Hdf5Link& link : m_listing.links) m_checkpoint.objects.push_back(describeLink(link));
    addMetadata();
    checkWeightNames();
    m_checkpoint.files.push_back(std::move(m_file));
    return std::move(m_checkpoint);
  }

 private:
  Result<> addTensors() {
    const Limits& limits = m_options.limits;
    if (m_listing.datasets.size() > limits.tensors)
      return fail(Errc::LimitExceeded,
                  fmt::format("at most {} tensors expected, {} found", limits.tensors, m_listing.datasets.size()),
                  m_file->name());
    std::vector<std::pair<TensorInfo, std::uint64_t>> placed;  // with their objects
    Finding outside;
    for (const Hdf5Dataset& dataset : m_listing.datasets) {
      if (dataset.path.size() > limits.nameBytes)
        return fail(Errc::LimitExceeded,
                    fmt::format("names of at most {} bytes expected, {} found", limits.nameBytes, dataset.path.size()),
                    m_file->name());
      if (dataset.shape.size() > limits.rank)
        return fail(Errc::LimitExceeded,
                    fmt::format("at most {} dimensions expected, {} found", limits.rank, dataset.shape.size()),
                    m_file->name());
      if (!checkedProduct(dataset.shape)) {
        m_checkpoint.objects.push_back(
            {dataset.path, "dataset",
             fmt::format("its shape {} has more elements than can be counted", bracketed(dataset.shape))});
        continue;
      }
      auto tensor = hdf5Tensor(dataset, m_file, m_options);
      if (!tensor) return tl::unexpected(std::move(tensor.error()));
      if (tensor->offset > m_file->size() || tensor->bytes > m_file->size() - tensor->offset) outside.add(tensor->name);
      placed.emplace_back(std::move(*tensor), dataset.object);
    }
    outside.warn(m_checkpoint.warnings, "Opened although damaged: not all in the file");
    std::stable_sort(placed.begin(), placed.end(),
                     [](const auto& a, const auto& b) { return a.first.offset < b.first.offset; });
    takeTensors(placed);
    return {};
  }

  void takeTensors(std::vector<std::pair<TensorInfo, std::uint64_t>>& placed) {
    std::unordered_map<std::uint64_t, std::size_t> byObject;
    for (auto& [tensor, object] : placed) {
      const std::size_t index = m_checkpoint.tensors.size();
      const auto [first, isNew] = byObject.emplace(object, index);
      const TensorInfo* const before = isNew ? nullptr : &m_checkpoint.tensors[first->second];
      if (before && before->offset == tensor.offset && before->bytes == tensor.bytes) tensor.sharesWith = first->second;
      m_checkpoint.tensors.push_back(std::move(tensor));
    }
    Finding repeated;  // paths of which a link's name is a part are not listed, but the answer may say anything
    makeNamesDistinct(m_checkpoint.tensors, repeated);
    repeated.warn(m_checkpoint.warnings, "Several datasets have the same path");
  }

  void addMetadata() {
    std::uint64_t bytes = 0;
    Finding left;
    for (const Hdf5Attribute& attribute : m_listing.attributes) {
      // Which weights there are stands in the tree already.
      if (isPartOf(attribute.name, "weight_names") || isPartOf(attribute.name, "layer_names")) continue;
      std::string key = attribute.object.empty() ? attribute.name : attribute.object + "@" + attribute.name;
      std::string text = textOf(attribute);
      bytes += key.size() + text.size();
      if (bytes > m_options.limits.metadataBytes || m_checkpoint.metadata.size() >= m_options.limits.metadataEntries) {
        left.add(key);
        continue;
      }
      if (attribute.object.empty() && attribute.name == "model_config")
        listKerasCode(m_checkpoint, key, text, m_options.limits);
      m_checkpoint.metadata.emplace_back(std::move(key), std::move(text));
    }
    left.warn(m_checkpoint.warnings, "Attributes beyond the limit on metadata are left out");
  }

  /// Keras 2: the groups below layer_names list their datasets in weight_names.
  void checkWeightNames() {
    std::unordered_set<std::string_view> paths;
    for (const Hdf5Dataset& dataset : m_listing.datasets) paths.insert(dataset.path);
    for (const Hdf5Link& link : m_listing.links) paths.insert(link.path);
    Finding absent;
    for (const Hdf5Attribute& attribute : m_listing.attributes) {
      if (!attribute.isArray || !isPartOf(attribute.name, "weight_names")) continue;
      for (const std::string& name : attribute.values) {
        const std::string path = attribute.object.empty() ? name : attribute.object + "/" + name;
        if (!paths.contains(path)) absent.add(path);
      }
    }
    absent.warn(m_checkpoint.warnings, "weight_names lists weights that are not there");
  }

  const Hdf5Listing& m_listing;
  std::shared_ptr<const ByteSource> m_file;
  const OpenOptions& m_options;
  Checkpoint m_checkpoint;
};

}  // namespace

Result<Checkpoint> hdf5Checkpoint(const Hdf5Listing& listing, std::shared_ptr<const ByteSource> file,
                                  const OpenOptions& options) {
  return Builder(listing, std::move(file), options).run();
}

}  // namespace ulpscope
