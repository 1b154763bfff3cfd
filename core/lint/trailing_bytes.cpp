// SPDX-License-Identifier: Apache-2.0
//
// Containers whose tensors end the file: safetensors and .npy to the byte, GGUF up to the alignment.
#include <fmt/format.h>

#include <charconv>

#include "core/base/text.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

std::uint64_t alignmentOf(const Checkpoint& checkpoint) {
  if (checkpoint.container != "gguf") return 1;
  std::uint64_t alignment = 32;
  for (const auto& [key, value] : checkpoint.metadata)
    if (key == "general.alignment") std::from_chars(value.data(), value.data() + value.size(), alignment);
  return std::max<std::uint64_t>(alignment, 1);
}

class TrailingBytes final : public LintCheck {
 public:
  Result<> headers(LintRun& run) override {
    const Checkpoint& checkpoint = run.checkpoint;
    if (checkpoint.container != "safetensors" && checkpoint.container != "npy" && checkpoint.container != "gguf")
      return {};
    const std::uint64_t alignment = alignmentOf(checkpoint);
    std::vector<std::uint64_t> ends(checkpoint.files.size());
    for (const TensorInfo& tensor : checkpoint.tensors) {
      if (tensor.packing && !tensor.packing->parts.empty()) continue;  // its parts count
      ends[tensor.file] = std::max(ends[tensor.file], tensor.offset + tensor.bytes);
    }
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const ByteSource& file = *checkpoint.files[i];
      const std::uint64_t padding = (alignment - ends[i] % alignment) % alignment;
      if (ends[i] == 0 || file.size() <= ends[i] + padding) continue;
      const std::uint64_t left = file.size() - ends[i] - padding;
      run.add({.severity = Severity::Warning,
               .message = fmt::format("{} of {} follow the last tensor, from byte {} on.", counted(left, "byte"),
                                      printable(file.name()), ends[i] + padding),
               .weight = 1 + static_cast<double>(left) / static_cast<double>(file.size())});
    }
    return {};
  }
};

}  // namespace

const LintRule& trailing_bytes_entry() {
  static const LintRule rule{"trailing_bytes", "Bytes behind the last tensor of a file",
                             "Data that no header speaks of: something was appended, or the file was written over a "
                             "longer one.",
                             false, makeCheck<TrailingBytes>};
  return rule;
}

}  // namespace ulpscope
