// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

class Backend;
class Calibration;
struct TensorProfile;

enum class Severity : std::uint8_t {
  Error,    ///< what is computed with this is wrong
  Warning,  ///< strange: it may be meant so, or cost accuracy
  Note      ///< good to know
};
inline constexpr std::array kSeverities{Severity::Error, Severity::Warning, Severity::Note};
/// "error", "warning", "note".
std::string_view idOf(Severity severity);

/// One diagnosis of a checkpoint.
struct LintFinding {
  std::string_view rule = {};  ///< the id of the rule that made it
  Severity severity = Severity::Note;
  std::optional<std::size_t> tensor = {};     ///< index into Checkpoint::tensors; of several the first
  std::optional<std::uint64_t> element = {};  ///< where to look in that tensor, row-major
  std::string message = {};                   ///< one sentence, safe to show; does not repeat the tensor's name
  /// What ranks findings of one severity: of errors and notes how many elements they concern (of a file, bytes), of
  /// warnings how many times what the rule tolerates was found.
  double weight = 0;
};

class LintCheck;

/// What silently corrupts, or is strange: one .cpp and one line in the registry.
struct LintRule {
  std::string_view id;
  std::string_view title;                ///< what is looked for: "Elements that are NaN or infinite"
  std::string_view advice;               ///< what it means and what to do, one sentence
  bool needsValues;                      ///< says nothing of headers alone
  std::unique_ptr<LintCheck> (*make)();  ///< lint_check.h
};

std::span<const LintRule* const> lintRules();
const LintRule* findLintRule(std::string_view id);  ///< nullptr if there is none

struct LintOptions {
  bool headersOnly = false;
  std::vector<const LintRule*> rules = {};  ///< all where empty
  /// What the layers are given, for the rules that look at it; none where it is null.
  std::shared_ptr<const Calibration> calibration = {};
  /// Whose values are read, and about which tensors findings are kept; all where it is empty. Rules that compare
  /// tensors see these only.
  std::function<bool(std::size_t tensor)> wanted = {};
  /// Where the values of a tensor are read from; the checkpoint where it is empty.
  std::function<Result<TensorSource>(std::size_t tensor)> open = {};
  /// Called on the calling thread with what each read told, so that nobody has to read again for it.
  std::function<Result<>(std::size_t tensor, const TensorSource& source, const TensorProfile& profile)> profiled = {};
};

/// What the rules find, ranked: by severity, then weight (largest first), then the order of tensors and rules. Each
/// weight is read once for all rules, or never where none needs values; again where something may have been found, to
/// settle it and to find the element.
/// Progress in bytes of the first read. Fails where a file cannot be read or has changed; what is wrong with the bytes
/// of one tensor is a finding.
Result<std::vector<LintFinding>> lintCheckpoint(const Checkpoint& checkpoint, const Backend& backend,
                                                const JobContext& job, const LintOptions& options = {});

}  // namespace ulpscope
