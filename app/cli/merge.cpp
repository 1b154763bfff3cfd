// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "app/cli/scan_document.h"

namespace ulpscope {
namespace {

class MergeCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments("FILE", m_files, "What `ulp scan --shard I/N -o FILE` wrote", true);
    options.required("-o,--output", "FILE", m_output, "The file to write");
    options.flag("--force", m_force, "Replace the file if it exists");
  }

  Result<> run(CommandContext& context) override {
    if (auto free = checkFree(m_output, m_force, m_files); !free) return free;
    std::vector<ScanDocument> parts;
    for (const std::string& file : m_files) {
      auto part = readScan(file);
      if (!part) return tl::unexpected(part.error());
      parts.push_back(std::move(*part));
    }
    const auto whole = mergeScans(std::move(parts));
    if (!whole) return tl::unexpected(whole.error());
    context.output = context.json ? documentText(whole->toJson()) : scanText(*whole, context.terminal);
    if (auto written = writeScan(m_output, *whole, existing(m_force)); !written) return written;
    if (!whole->isComplete()) context.warn("parts are missing: the merged file holds only the tensors of those given");
    return {};
  }

 private:
  std::vector<std::string> m_files;
  std::string m_output;
  bool m_force = false;
};

}  // namespace

const CommandInfo& merge_entry() {
  static const CommandInfo info{"merge", "Join the parts of a scan", "ulp merge part0.json part1.json -o scan.json",
                                makeCommand<MergeCommand>};
  return info;
}

}  // namespace ulpscope
