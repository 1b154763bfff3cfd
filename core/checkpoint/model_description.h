// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ulpscope {

struct Checkpoint;

/// What a config.json, or the metadata of a GGUF file, says of the model; empty where it is silent.
struct ModelDescription {
  std::vector<std::string> architectures;  ///< "LlamaForCausalLM"; of GGUF its general.architecture
  std::string modelType;                   ///< "llama"
  std::optional<std::uint64_t> hiddenSize;
  std::optional<std::uint64_t> layers;
  std::optional<std::uint64_t> heads;
  std::optional<std::uint64_t> keyValueHeads;
  std::optional<std::uint64_t> headDim;  ///< as stated, or hiddenSize / heads where that divides
  std::optional<std::uint64_t> intermediateSize;
  std::optional<std::uint64_t> vocabulary;
  std::optional<std::uint64_t> experts;        ///< of a layer, those that are routed to
  std::optional<std::uint64_t> activeExperts;  ///< of a token
  std::optional<bool> tiedEmbeddings;
  std::string torchDtype;
  std::string quantMethod;

  friend bool operator==(const ModelDescription&, const ModelDescription&) = default;
};

/// From `checkpoint.config`, else from GGUF metadata; nothing if neither names a model.
std::optional<ModelDescription> describeModel(const Checkpoint& checkpoint);

enum class TensorRole : std::uint8_t {
  None,
  Query,
  Key,
  Value,
  QueryKeyValue,
  KeyValue,  ///< the shared projections of multi-head latent attention
  AttentionOutput,
  Gate,
  Up,
  GateUp,
  Down,
  Norm,
  Embedding,
  PositionEmbedding,
  Head,
  Router,
};

/// "query", "attention output"; empty for None.
std::string_view titleOf(TensorRole role);

/// What a tensor does in a model, by its name.
struct TensorPlace {
  TensorRole role = TensorRole::None;
  std::optional<std::uint64_t> layer = {};
  std::optional<std::uint64_t> expert = {};
  bool ofExperts = false;   ///< of one routed expert, or of all of a layer stacked
  bool bias = false;        ///< not the matrix but what is added
  bool transposed = false;  ///< stored [in, out] (GPT-2's Conv1D)

  friend bool operator==(const TensorPlace&, const TensorPlace&) = default;
};

/// By the naming conventions of Hugging Face's Llama, Qwen, Mistral, Gemma, Phi, GPT-2, GPT-NeoX, BERT, DistilBERT, T5,
/// OPT, Falcon, MPT, ChatGLM, Mixtral, Qwen-MoE, DeepSeek and gpt-oss, of Meta's own files, and of GGUF.
TensorPlace roleOf(std::string_view name, const ModelDescription& model = {});

}  // namespace ulpscope
