// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/report/npy.h"
#include "core/report/tensor_export.h"

namespace ulpscope {
namespace {

class ExportCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_argument.declare(options);
    options.argument("TENSOR", m_tensor, "The name of a tensor");
    options.argument("OUT.npy", m_output, "The file to write");
    options.flag("--stored", m_stored,
                 "As stored, not decoded to float32; types that NumPy does not have as unsigned codes, packed blocks "
                 "as bytes");
    options.flag("--force", m_force, "Replace OUT.npy if it exists");
  }

  Result<> run(CommandContext& context) override {
    const auto checkpoint = m_argument.open(context.job);
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    if (auto free = checkFree(m_output, m_force, filesReadBy(**checkpoint)); !free) return free;
    const auto index = (*checkpoint)->find(m_tensor);
    if (!index) return tl::unexpected(index.error());
    const auto source = (*checkpoint)->source(*index);
    if (!source) return tl::unexpected(source.error());
    if (const std::string elsewhere = storedElsewhere(**checkpoint, *index); m_stored && !elsewhere.empty())
      return fail(Errc::Unsupported,
                  fmt::format("tensor {} has no bytes of its own: {}", inQuotes(m_tensor), elsewhere),
                  m_argument.path());
    const auto exported =
        m_stored ? exportStored(*source, context.job) : exportDecoded(*source, context.backend, context.job);
    if (!exported) return tl::unexpected(exported.error());
    for (const std::string& warning : exported->warnings) context.warn(warning);
    const NpyArray& array = exported->array;
    const auto written = writeNpy(m_output, array.descr, array.shape, array.data, existing(m_force));
    if (!written) return written;
    context.output = context.json
                         ? documentText({{"dtype", array.descr}, {"shape", array.shape}, {"file", m_output}})
                         : fmt::format("{}  {}  {}\n", printable(m_output), array.descr, bracketed(array.shape));
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
