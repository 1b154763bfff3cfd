// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/checkpoint_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint_facts.h"

namespace ulpscope {
namespace {

/// "  LlamaForCausalLM, 32 layers, hidden size 4,096, 32 heads, 8 of keys and values".
std::string modelLine(const Terminal& terminal, const Checkpoint& checkpoint) {
  if (!checkpoint.model) return {};
  const std::vector<std::string> facts = modelFacts(*checkpoint.model);
  if (facts.empty()) return {};
  return terminal.muted(fmt::format("  {}", fmt::join(facts, ", "))) + "\n";
}

}  // namespace

Json toJson(const Checkpoint& checkpoint, std::size_t index) {
  const TensorInfo& tensor = checkpoint.tensors[index];
  const auto nameOf = [&](std::size_t other) { return checkpoint.tensors[other].name; };
  Json parts = Json::array();
  if (tensor.packing)
    for (const std::size_t part : tensor.packing->parts) parts.push_back(nameOf(part));
  if (parts.empty()) parts.push_back(tensor.name);
  Json json{{"name", tensor.name},      {"dtype", tensor.storedType},
            {"shape", tensor.shape},    {"elements", tensor.elements},
            {"bytes", tensor.bytes},    {"packing", tensor.packing ? Json(tensor.packing->id) : Json()},
            {"parts", std::move(parts)}};
  if (tensor.packing) json["packingTitle"] = tensor.packing->title;
  if (tensor.packing && tensor.isReadable()) json["decodedType"] = tensor.type->name;
  const TensorPlace place = roleOf(tensor.name, checkpoint.model.value_or(ModelDescription()));
  if (place.role != TensorRole::None) json["role"] = titleOf(place.role);
  if (place.layer) json["layer"] = *place.layer;
  if (place.expert) json["expert"] = *place.expert;
  if (tensor.partOf) json["partOf"] = nameOf(*tensor.partOf);
  if (tensor.sharesWith) json["sharedWith"] = nameOf(*tensor.sharesWith);
  if (!tensor.remark.empty()) json["remark"] = tensor.remark;
  return json;
}

Json toJson(const InertObject& object) {
  return {{"name", object.name}, {"type", object.type}, {"remark", object.remark}, {"suspicious", object.suspicious}};
}

Json toJson(const std::optional<ModelDescription>& model) {
  if (!model) return nullptr;
  Json json{{"architectures", model->architectures}};
  const auto add = [&json](const char* key, const auto& value) {
    if (value) json[key] = *value;
  };
  const auto addText = [&json](const char* key, const std::string& text) {
    if (!text.empty()) json[key] = text;
  };
  addText("modelType", model->modelType);
  add("hiddenSize", model->hiddenSize);
  add("layers", model->layers);
  add("heads", model->heads);
  add("keyValueHeads", model->keyValueHeads);
  add("headDim", model->headDim);
  add("intermediateSize", model->intermediateSize);
  add("vocabulary", model->vocabulary);
  add("experts", model->experts);
  add("activeExperts", model->activeExperts);
  add("tiedEmbeddings", model->tiedEmbeddings);
  addText("torchDtype", model->torchDtype);
  addText("quantMethod", model->quantMethod);
  return json;
}

Json totalsJson(const Checkpoint& checkpoint) {
  return {{"files", checkpoint.files.size()},
          {"tensors", checkpoint.totalTensors()},
          {"elements", checkpoint.totalElements()},
          {"bytes", checkpoint.totalBytes()}};
}

std::string headline(const Terminal& terminal, const Checkpoint& checkpoint) {
  return fmt::format("{}  {}, {}, {}, {}\n", terminal.strong(printable(checkpoint.path)), checkpoint.container,
                     counted(checkpoint.totalTensors(), "tensor"), counted(checkpoint.totalElements(), "element"),
                     humanBytes(checkpoint.totalBytes())) +
         modelLine(terminal, checkpoint);
}

std::string remarksText(const Terminal& terminal, const Checkpoint& checkpoint,
                        const std::vector<std::size_t>& tensors) {
  constexpr std::size_t kNamed = 3;
  std::unordered_map<std::string, std::vector<std::size_t>> aboutOf;
  std::vector<std::string> remarks;  // in the order of their first tensor
  for (const std::size_t index : tensors) {
    const std::string remark = remarkOn(checkpoint, checkpoint.tensors[index]);
    if (remark.empty()) continue;
    std::vector<std::size_t>& about = aboutOf[remark];
    if (about.empty()) remarks.push_back(remark);
    about.push_back(index);
  }
  std::string out;
  for (const std::string& remark : remarks) {
    const std::vector<std::size_t>& about = aboutOf[remark];
    std::string names;
    for (std::size_t i = 0; i < std::min(about.size(), kNamed); ++i)
      names += (i > 0 ? ", " : "") + printable(checkpoint.tensors[about[i]].name);
    if (about.size() > kNamed) names += fmt::format(" and {} more", groupedDigits(about.size() - kNamed));
    out += fmt::format("  {}: {}\n", terminal.strong(names), terminal.wrapped(printable(remark), 4));
  }
  return out.empty() ? out : "\nRemarks\n" + out;
}

std::string objectsText(const Terminal& terminal, const Checkpoint& checkpoint) {
  if (checkpoint.objects.empty()) return {};
  Table table{{"not a tensor", "is", "remark"}, {}};
  for (const InertObject& object : checkpoint.objects)
    table.rows.push_back({printable(object.name), printable(object.type), printable(object.remark)});
  return "\n" + terminal.table(table, "lll");
}

std::string countAndIndices(const Terminal& terminal, const std::vector<std::uint64_t>& indices, std::size_t most) {
  std::string list;
  for (std::size_t i = 0; i < std::min(indices.size(), most); ++i)
    list += (i == 0 ? ": " : ", ") + std::to_string(indices[i]);
  if (indices.size() > most) list += ", …";
  return groupedDigits(indices.size()) + terminal.outlier(list);
}

}  // namespace ulpscope
