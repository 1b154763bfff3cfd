// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/checkpoint/security_remark.h"
#include "core/report/html_report.h"

namespace ulpscope {
namespace {

class ReportCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_argument.declare(options);
    options.required("-o,--output", "FILE.html", m_output, "The page to write");
    options.list("--schemes", "ID,...", m_schemeIds, "Measure these quantization schemes on every tensor, too");
    options.option("--tensor", "GLOB", m_pattern, "Only the tensors whose whole name matches (* and ?)");
    options.flag("--no-hash", m_isWithoutHash, "Leave out the SHA-256 of the files, for which they are read once more");
    options.flag("--force", m_force, "Replace FILE.html if it exists");
  }

  Result<> run(CommandContext& context) override {
    const auto schemes = schemesOf(m_schemeIds);
    if (!schemes) return tl::unexpected(schemes.error());
    const auto checkpoint = m_argument.open(context.job);
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    if (auto free = checkFree(m_output, m_force, filesReadBy(**checkpoint)); !free) return free;
    const auto tensors = tensorsMatching(**checkpoint, m_pattern, Parts::LeaveOut);
    if (!tensors) return tl::unexpected(tensors.error());
    const auto survey =
        surveyCheckpoint(**checkpoint, *tensors, *schemes, context.backend, context.job, !m_pattern.empty());
    if (!survey) return tl::unexpected(survey.error());
    warn(context, **checkpoint, *survey);
    ReportNames names{m_argument.path(), m_pattern, "ulp " ULPSCOPE_VERSION};
    if (!m_isWithoutHash) {
      auto files = hashFiles(**checkpoint, context.job);
      if (!files) return tl::unexpected(files.error());
      names.files = *std::move(files);
    }
    names.backend = context.backend.id();
    const std::string page = htmlReport(**checkpoint, *survey, names);
    if (auto going = context.job.step(0); !going) return going;
    if (auto written = writeFile(m_output, page, existing(m_force)); !written) return written;
    context.output = context.json ? documentText({{"file", m_output}, {"bytes", page.size()}})
                                  : fmt::format("{}  {}\n", printable(m_output), humanBytes(page.size()));
    return {};
  }

 private:
  /// What the page says at length.
  static void warn(const CommandContext& context, const Checkpoint& checkpoint, const CheckpointSurvey& survey) {
    for (const std::string& warning : warningsOf(checkpoint)) context.warn(warning);
    const auto unread = static_cast<std::uint64_t>(
        std::ranges::count_if(survey.tensors, [](const SurveyedTensor& tensor) { return !tensor.summary; }));
    if (unread > 0)
      context.warn(fmt::format("{} of {} cannot be read; the page lists them", groupedDigits(unread),
                               counted(survey.tensors.size(), "tensor")));
  }

  CheckpointArgument m_argument;
  std::string m_output;
  std::vector<std::string> m_schemeIds;
  std::string m_pattern;
  bool m_force = false;
  bool m_isWithoutHash = false;
};

}  // namespace

const CommandInfo& report_entry() {
  static const CommandInfo info{"report", "A checkpoint on one page of HTML, to keep or to send",
                                "ulp report model.safetensors -o report.html --schemes q8_0,bnb_nf4",
                                makeCommand<ReportCommand>};
  return info;
}

}  // namespace ulpscope
