// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <array>
#include <cstring>

#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/quantization/quantization_report.h"
#include "core/report/npy.h"

namespace ulpscope {
namespace {

struct Payload {
  std::string descr;
  std::vector<std::byte> bytes;
};

/// NumPy's own type where it has one for the element type; codes as unsigned integers where it has none (BF16, FP8).
std::string storedDescr(const ElementType& type) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kSame{{{"F64", "<f8"},
                                                                                 {"F32", "<f4"},
                                                                                 {"F16", "<f2"},
                                                                                 {"I64", "<i8"},
                                                                                 {"I32", "<i4"},
                                                                                 {"I16", "<i2"},
                                                                                 {"I8", "|i1"},
                                                                                 {"U64", "<u8"},
                                                                                 {"U32", "<u4"},
                                                                                 {"U16", "<u2"},
                                                                                 {"U8", "|u1"},
                                                                                 {"BOOL", "|b1"},
                                                                                 {"C64", "<c8"}}};
  for (const auto& [name, descr] : kSame)
    if (type.name == name) return std::string(descr);
  return type.bits <= 8 ? "|u1" : fmt::format("<u{}", type.bits / 8);
}

/// The bytes as they lie in the file; elements below a byte one code a byte, which is all that .npy can hold.
Result<Payload> storedPayload(const TensorSource& source, const JobContext& job) {
  constexpr std::uint64_t kStep = 1u << 22;  // elements; a multiple of 8, so that each step starts at a byte
  const ElementType& type = source.type();
  const std::uint64_t elements = source.info().elements;
  Payload payload{storedDescr(type), {}};
  job.expect(source.info().bytes);
  std::vector<std::byte> chunk;
  for (std::uint64_t first = 0; first < elements; first += kStep) {
    const std::uint64_t count = std::min(kStep, elements - first);
    chunk.resize(*byteSize(type, count));
    if (auto read = source.readBytes(first, count, chunk); !read) return tl::unexpected(read.error());
    if (type.bits >= 8)
      payload.bytes.insert(payload.bytes.end(), chunk.begin(), chunk.end());
    else
      for (std::uint64_t i = 0; i < count; ++i)
        payload.bytes.push_back(static_cast<std::byte>(elementCode(type, chunk, i)));
    if (auto step = job.step(chunk.size()); !step) return tl::unexpected(step.error());
  }
  return payload;
}

Result<Payload> decodedPayload(const TensorSource& source, const CommandContext& context) {
  const auto loaded = loadTensor(source, context.backend, context.job);
  if (!loaded) return tl::unexpected(loaded.error());
  for (const std::string& warning : loaded->warnings) context.warn(warning);
  const auto bytes = std::as_bytes(std::span(loaded->values));
  return Payload{"<f4", {bytes.begin(), bytes.end()}};
}

class ExportCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_argument.declare(options);
    options.argument("TENSOR", m_tensor, "The name of a tensor");
    options.argument("OUT.npy", m_output, "The file to write");
    options.flag("--stored", m_stored,
                 "As stored, not decoded to float32; types that NumPy does not have as unsigned codes");
    options.flag("--force", m_force, "Replace OUT.npy if it exists");
  }

  Result<> run(CommandContext& context) override {
    if (auto free = checkFree(m_output, m_force); !free) return free;
    const auto checkpoint = m_argument.open();
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    const auto source = tensorOf(**checkpoint, m_tensor);
    if (!source) return tl::unexpected(source.error());
    const auto payload = m_stored ? storedPayload(*source, context.job) : decodedPayload(*source, context);
    if (!payload) return tl::unexpected(payload.error());
    const auto written = writeNpy(m_output, payload->descr, source->info().shape, payload->bytes, existing(m_force));
    if (!written) return written;
    context.output =
        context.json
            ? documentText({{"dtype", payload->descr}, {"shape", source->info().shape}, {"file", m_output}})
            : fmt::format("{}  {}  {}\n", printable(m_output), payload->descr, bracketed(source->info().shape));
    return {};
  }

 private:
  CheckpointArgument m_argument;
  std::string m_tensor;
  std::string m_output;
  bool m_stored = false;
  bool m_force = false;
};

}  // namespace

const CommandInfo& export_entry() {
  static const CommandInfo info{"export", "One tensor to a .npy file",
                                "ulp export model.safetensors lm_head.weight head.npy", makeCommand<ExportCommand>};
  return info;
}

}  // namespace ulpscope
