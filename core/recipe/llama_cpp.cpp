// SPDX-License-Identifier: Apache-2.0
//
// llama.cpp (of llama-cpp-python 0.3.36), tools/quantize and src/llama-quant.cpp: a file of `pattern=type` between
// white space, without comments. The first pattern that std::regex_search finds in a tensor's name decides; types are
// those of ggml, in any case. With --pure the rest gets the type on the command line, but norms, routers, positions and
// what has one dimension, which stay.
#include <fmt/format.h>

#include <algorithm>

#include "core/checkpoint/gguf_name.h"
#include "core/recipe/name_patterns.h"
#include "core/recipe/recipe_target.h"

namespace ulpscope {
namespace {

bool takes(const SchemeChoice& choice) {
  if (!choice.scheme) return true;
  if (choice.scheme->info().id == "mxfp4") return choice.settings == Settings{{"reference", "ggml"}};
  return choice.scheme->info().family == "GGUF" && choice.settings.empty();
}

/// The parser takes white space and the first = for ends, and makes letters small.
bool canBeNamed(char c) { return static_cast<unsigned char>(c) > ' ' && c != '=' && (c < 'A' || c > 'Z'); }

std::string leaves(const RecipeTensor& tensor) {
  using enum TensorRole;
  const auto name = ggufNameOf(tensor.name, tensor.place);
  if (!name) return "no name in GGUF";
  if (!std::ranges::all_of(*name, canBeNamed)) return "a name that its file cannot hold";
  const TensorRole role = tensor.place.role;
  if (role == Norm || role == Router || role == PositionEmbedding || name == "token_types.weight")
    return "left alone by llama-quantize";
  return {};
}

/// The experts of a layer, which are one tensor there.
std::string sharedKey(const RecipeTensor& tensor) { return ggufNameOf(tensor.name, tensor.place).value_or(""); }

/// A type of ggml; 16 bits for what is kept, as a model that was converted has it.
std::string typeOf(const SchemeChoice& choice, const RecipeTensor& tensor) {
  if (choice.scheme) return choice.scheme->info().id;
  return tensor.storedBits >= 32 * tensor.elements ? "f32" : tensor.storedType == "BF16" ? "bf16" : "f16";
}

std::string write(const RecipeSurvey& survey, const Recipe& recipe) {
  std::vector<std::pair<std::string, std::vector<std::string>>> names;  // by type
  for (const RecipeAssignment& assignment : assignments(survey, recipe))
    for (const RecipeTensor* tensor : assignment.tensors) {
      const std::string type = typeOf(assignment.choice, *tensor);
      auto same = std::ranges::find(names, type, &std::pair<std::string, std::vector<std::string>>::first);
      if (same == names.end()) same = names.insert(names.end(), {type, {}});
      const std::string name = ggufNameOf(tensor->name, tensor->place).value_or("");
      if (std::ranges::find(same->second, name) == same->second.end()) same->second.push_back(name);
    }
  std::string text;
  for (const auto& [type, of] : names)
    for (const std::string& pattern : namePatterns(of)) text += fmt::format("^{}$={}\n", pattern, type);
  return text;
}

}  // namespace

const RecipeTarget& llama_cpp_entry() {
  static const RecipeTarget target{
      .id = "llama.cpp",
      .title = "llama.cpp",
      .fileName = "tensor-types.txt",
      .usage = "llama-quantize --pure --tensor-type-file tensor-types.txt model-f16.gguf model.gguf q8_0",
      .version = "llama.cpp of llama-cpp-python 0.3.36",
      .schemes = {"q2_k", "q3_k", "iq4_nl", "iq4_xs", "mxfp4:reference=ggml", "q4_0", "q4_1", "q4_k", "q5_0", "q5_1",
                  "q5_k", "q6_k", "q8_0"},
      .takes = takes,
      .leaves = leaves,
      .sharedKey = sharedKey,
      .write = write};
  return target;
}

}  // namespace ulpscope
