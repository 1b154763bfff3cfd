// SPDX-License-Identifier: Apache-2.0
//
// The configuration of a Keras model (keras/src/saving/serialization_lib.py, and Keras 2's model_config):
//
//   object = { "class_name": CLASS, "config": { "name": LAYER, ... }, ... }     nested to any depth
//   A layer of the class "Lambda" (and, in Keras 3, a function of the class "__lambda__" within it) carries the byte
//   code of a Python function as base64 text.
#include "core/checkpoint/keras_config.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/json_events.h"

namespace ulpscope {
namespace {

class CodeFinder final : public JsonEvents {
 public:
  explicit CodeFinder(const Limits& limits) : m_most(limits.metadataEntries) {}

  Result<> beginObject() override { return {}; }
  Result<> key(std::string& name) override {
    m_key = std::move(name);
    return {};
  }
  Result<> endObject() override { return {}; }
  Result<> beginArray() override { return {}; }
  Result<> endArray() override { return {}; }
  Result<> string(std::string& value) override {
    if (m_key == "class_name") {
      m_isNew = value == "Lambda";
      if ((m_isNew || (value == "__lambda__" && m_layers.empty())) && m_layers.size() < m_most) m_layers.emplace_back();
    } else if (m_key == "name" && m_isNew) {
      m_layers.back() = std::move(value);  // of the layer itself: nothing of its config stands before it
      m_isNew = false;
    }
    return {};
  }
  Result<> number(std::uint64_t) override { return {}; }
  Result<> other(std::string_view) override { return {}; }

  std::vector<std::string>& layers() { return m_layers; }

 private:
  const std::uint64_t m_most;
  std::string m_key;
  std::vector<std::string> m_layers;
  bool m_isNew = false;
};

}  // namespace

void listKerasCode(Checkpoint& checkpoint, std::string_view where, std::string_view json, const Limits& limits) {
  CodeFinder finder(limits);
  if (auto read = readJson(json, limits.jsonDepth, finder); !read) {
    checkpoint.warnings.push_back(fmt::format("{} is shown as text only: {}.", where, printable(read.error().message)));
    if (finder.layers().empty() && (json.find("\"Lambda\"") != json.npos || json.find("__lambda__") != json.npos))
      finder.layers().emplace_back();
  }
  for (const std::string& layer : finder.layers())
    checkpoint.objects.push_back({.name = fmt::format("{}{}{}", where, layer.empty() ? "" : "/", layer),
                                  .type = "Lambda",
                                  .remark =
                                      "a layer of Python code, which Keras may run when it loads the model; it is "
                                      "never run here",
                                  .suspicious = true});
}

}  // namespace ulpscope
