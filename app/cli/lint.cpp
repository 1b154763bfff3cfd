// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lint/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/calibration_option.h"
#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/options.h"
#include "core/base/text.h"

namespace ulpscope {
namespace {

std::string knownRules() {
  std::string ids;
  for (const LintRule* rule : lintRules()) ids += (ids.empty() ? "" : ", ") + std::string(rule->id);
  return ids;
}

class LintCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_argument.declare(options);
    options.flag("--headers", m_headers, "Read no weights: only the rules that go by headers");
    options.repeated("--rule", "ID", m_rules, "Only this rule: " + knownRules());
    m_calibration.declare(options);
  }

  Result<> run(CommandContext& context) override {
    auto options = lintOptions();
    if (!options) return tl::unexpected(options.error());
    auto checkpoint = m_argument.open(context.job);
    if (!checkpoint) return tl::unexpected(std::move(checkpoint.error()));
    m_checkpoint = std::move(*checkpoint);
    for (const std::string& warning : m_checkpoint->warnings) context.warn(warning);
    auto calibration = m_calibration.open(context.job);
    if (!calibration) return tl::unexpected(std::move(calibration).error());
    options->calibration = *std::move(calibration);
    const auto findings = lintCheckpoint(*m_checkpoint, context.backend, context.job, *options);
    if (!findings) return tl::unexpected(findings.error());
    context.output = context.json ? documentText(document(*findings)) : text(context.terminal, *findings);
    return {};
  }

 private:
  Result<LintOptions> lintOptions() const {
    LintOptions options{.headersOnly = m_headers};
    for (const std::string& id : m_rules) {
      const LintRule* const rule = findLintRule(id);
      if (!rule)
        return fail(Errc::Usage, fmt::format("--rule: a rule expected ({}), found {}", knownRules(), printable(id)));
      if (m_headers && rule->needsValues)
        return fail(Errc::Usage, fmt::format("--rule {} needs the values, which --headers leaves unread", id));
      options.rules.push_back(rule);
    }
    return options;
  }

  static std::size_t countOf(const std::vector<LintFinding>& findings, Severity severity) {
    return static_cast<std::size_t>(std::ranges::count(findings, severity, &LintFinding::severity));
  }

  Json document(const std::vector<LintFinding>& findings) const {
    Json list = Json::array();
    for (const LintFinding& finding : findings)
      list.push_back({{"rule", finding.rule},
                      {"severity", idOf(finding.severity)},
                      {"tensor", finding.tensor ? Json(m_checkpoint->tensors[*finding.tensor].name) : Json()},
                      {"element", finding.element ? Json(*finding.element) : Json()},
                      {"message", finding.message}});
    Json summary = Json::object();
    for (const Severity severity : kSeverities) summary[std::string(idOf(severity))] = countOf(findings, severity);
    return {{"path", m_argument.path()},
            {"container", m_checkpoint->container},
            {"findings", std::move(list)},
            {"summary", std::move(summary)},
            {"warnings", m_checkpoint->warnings}};
  }

  static std::string styled(const Terminal& terminal, Severity severity) {
    const std::string word = fmt::format("{:<7}", idOf(severity));
    if (severity == Severity::Error) return terminal.sign(word);
    return severity == Severity::Warning ? terminal.outlier(word) : terminal.muted(word);
  }

  std::string text(const Terminal& terminal, const std::vector<LintFinding>& findings) const {
    if (findings.empty()) return "nothing found\n";
    std::string lines;
    for (const LintFinding& finding : findings) {
      const std::string who =
          finding.tensor ? printable(m_checkpoint->tensors[*finding.tensor].name) + ": " : std::string();
      lines += styled(terminal, finding.severity) + "  " +
               terminal.wrapped(fmt::format("{}{} ({})", who, finding.message, finding.rule), 9) + "\n";
    }
    std::string totals;
    for (const Severity severity : kSeverities)
      if (const std::size_t count = countOf(findings, severity); count > 0)
        totals += (totals.empty() ? "" : ", ") + counted(count, idOf(severity));
    return lines + totals + "\n";
  }

  CheckpointArgument m_argument;
  CalibrationOption m_calibration;
  bool m_headers = false;
  std::vector<std::string> m_rules;
  std::shared_ptr<const Checkpoint> m_checkpoint;
};

}  // namespace

const CommandInfo& lint_entry() {
  static const CommandInfo info{"lint", "What silently corrupts a checkpoint, or is strange in it, worst first",
                                "ulp lint model.safetensors", makeCommand<LintCommand>};
  return info;
}

}  // namespace ulpscope
