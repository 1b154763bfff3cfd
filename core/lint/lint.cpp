// SPDX-License-Identifier: Apache-2.0
#include "core/lint/lint.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/analysis/overview.h"
#include "core/lint/lint_check.h"

namespace ulpscope {
namespace {

class Linter {
 public:
  Linter(const Checkpoint& checkpoint, const Backend& backend, const JobContext& job, const LintOptions& options)
      : m_checkpoint(checkpoint),
        m_backend(backend),
        m_job(job),
        m_options(options),
        m_config(configOf(checkpoint)),
        m_places(placesOf(checkpoint)),
        m_run{.checkpoint = checkpoint,
              .config = m_config,
              .places = m_places,
              .readsValues = !options.headersOnly,
              .backend = &backend,
              .calibration = options.calibration.get(),
              .job = {job.stop, nullptr}} {
    for (const LintRule* rule : lintRules())
      if (options.rules.empty() || std::ranges::find(options.rules, rule) != options.rules.end())
        m_checks.emplace_back(rule, rule->make());
  }

  Result<std::vector<LintFinding>> run() {
    const auto stages = [&]() -> Result<> {
      if (auto done = each([&](LintCheck& check) { return check.headers(m_run); }); !done) return done;
      if (needsValues())
        if (auto done = readWeights(); !done) return done;
      return each([&](LintCheck& check) { return check.end(m_run); });
    };
    if (auto done = stages(); !done) return tl::unexpected(std::move(done.error()));
    std::erase_if(m_run.findings,
                  [&](const LintFinding& finding) { return finding.tensor && !isWanted(*finding.tensor); });
    rank();
    return std::move(m_run.findings);
  }

 private:
  /// attachPackedWeights has warned of one that is not JSON.
  static ConfigValues configOf(const Checkpoint& checkpoint) {
    if (!checkpoint.config) return {};
    return ConfigValues::parse(*checkpoint.config).value_or(ConfigValues());
  }

  static std::vector<TensorPlace> placesOf(const Checkpoint& checkpoint) {
    const ModelDescription model = checkpoint.model.value_or(ModelDescription());
    std::vector<TensorPlace> places;
    places.reserve(checkpoint.tensors.size());
    for (const TensorInfo& tensor : checkpoint.tensors) places.push_back(roleOf(tensor.name, model));
    return places;
  }

  bool needsValues() const {
    return m_run.readsValues &&
           std::ranges::any_of(m_checks, [](const auto& check) { return check.first->needsValues; });
  }

  /// Runs a hook of every check, and signs what it finds.
  template <class Hook>
  Result<> each(Hook hook) {
    for (const auto& [rule, check] : m_checks) {
      const std::size_t before = m_run.findings.size();
      const Result<> done = hook(*check);
      for (std::size_t i = before; i < m_run.findings.size(); ++i) m_run.findings[i].rule = rule->id;
      if (!done) return done;
      if (auto going = m_run.job.step(0); !going) return going;
    }
    return {};
  }

  /// The parts of a wanted weight are wanted, too.
  bool isWanted(std::size_t tensor) const {
    const auto& whole = m_checkpoint.tensors[tensor].partOf;
    return !m_options.wanted || m_options.wanted(tensor) || (whole && m_options.wanted(*whole));
  }

  bool isRead(std::size_t tensor) const {
    const TensorInfo& info = m_checkpoint.tensors[tensor];
    return info.isReadable() && !info.partOf && isWanted(tensor);
  }

  std::uint64_t bytesToRead() const {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < m_checkpoint.tensors.size(); ++i)
      if (isRead(i)) bytes += bytesOf(m_checkpoint.tensors[i]);
    return bytes;
  }

  static std::uint64_t bytesOf(const TensorInfo& info) { return byteSize(*info.type, info.elements).value_or(0); }

  Result<> readWeights() {
    m_job.expect(bytesToRead());
    for (std::size_t i = 0; i < m_checkpoint.tensors.size(); ++i) {
      if (!isRead(i)) continue;
      if (const auto read = readWeight(i); !read) {
        if (!concernsOneTensor(read.error().code)) return read;
        const auto told = each([&](LintCheck& check) -> Result<> {
          check.failed(m_run, i, read.error());
          return {};
        });
        if (!told) return told;
      }
      if (auto going = m_job.step(bytesOf(m_checkpoint.tensors[i])); !going) return going;
    }
    return {};
  }

  Result<> readWeight(std::size_t index) {
    const auto source = m_options.open ? m_options.open(index) : m_checkpoint.source(index);
    if (!source) return tl::unexpected(source.error());
    const auto profile = profileTensor(*source, m_backend, m_run.job);
    if (!profile) return tl::unexpected(profile.error());
    if (m_options.profiled)
      if (auto told = m_options.profiled(index, *source, *profile); !told) return told;
    const LintedTensor tensor{index, m_checkpoint.tensors[index], m_places[index], *source, *profile};
    return each([&](LintCheck& check) { return check.tensor(m_run, tensor); });
  }

  void rank() {
    std::ranges::stable_sort(m_run.findings, [](const LintFinding& a, const LintFinding& b) {
      const auto key = [](const LintFinding& finding) {
        return std::tuple(finding.severity, -finding.weight, finding.tensor.has_value() ? *finding.tensor + 1 : 0);
      };
      return key(a) < key(b);
    });
  }

  const Checkpoint& m_checkpoint;
  const Backend& m_backend;
  const JobContext& m_job;
  const LintOptions& m_options;
  const ConfigValues m_config;
  const std::vector<TensorPlace> m_places;
  LintRun m_run;
  std::vector<std::pair<const LintRule*, std::unique_ptr<LintCheck>>> m_checks;
};

}  // namespace

std::string_view idOf(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Note:
      return "note";
  }
  return "";
}

const LintRule* findLintRule(std::string_view id) {
  const auto rules = lintRules();
  const auto found = std::ranges::find(rules, id, [](const LintRule* rule) { return rule->id; });
  return found != rules.end() ? *found : nullptr;
}

Result<std::vector<LintFinding>> lintCheckpoint(const Checkpoint& checkpoint, const Backend& backend,
                                                const JobContext& job, const LintOptions& options) {
  return Linter(checkpoint, backend, job, options).run();
}

}  // namespace ulpscope
