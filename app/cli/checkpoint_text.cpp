// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/checkpoint_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/base/text.h"

namespace ulpscope {
namespace {

/// Why a tensor cannot be read, or what is to be known of one that can; empty: nothing.
std::string remarkOn(const Checkpoint& checkpoint, const TensorInfo& tensor) {
  if (!tensor.remark.empty()) return tensor.remark;
  if (!tensor.isReadable()) return fmt::format("the type {} cannot be read", printable(typeTitle(tensor)));
  if (tensor.sharesWith)
    return fmt::format("the same bytes as {}", printable(checkpoint.tensors[*tensor.sharesWith].name));
  return {};
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
  if (tensor.partOf) json["partOf"] = nameOf(*tensor.partOf);
  if (tensor.sharesWith) json["sharedWith"] = nameOf(*tensor.sharesWith);
  if (!tensor.remark.empty()) json["remark"] = tensor.remark;
  return json;
}

Json toJson(const InertObject& object) {
  return {{"name", object.name}, {"type", object.type}, {"remark", object.remark}, {"suspicious", object.suspicious}};
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
                     humanBytes(checkpoint.totalBytes()));
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
