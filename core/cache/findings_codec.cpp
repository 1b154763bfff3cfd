// SPDX-License-Identifier: Apache-2.0
#include "core/cache/findings_codec.h"

#include <utility>

#include "core/base/text.h"
#include "core/cache/byte_codec.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kSmallest = 1 + 1 + 1 + 1 + 8;  ///< bytes of a finding: two texts, severity, place, weight
constexpr std::uint64_t kHasTensor = 1;
constexpr std::uint64_t kHasElement = 2;

void write(ByteWriter& out, const LintFinding& finding) {
  out.text(finding.rule);
  out.number(static_cast<std::uint64_t>(finding.severity));
  out.number((finding.tensor ? kHasTensor : 0) | (finding.element ? kHasElement : 0));
  if (finding.tensor) out.number(*finding.tensor);
  if (finding.element) out.number(*finding.element);
  out.text(finding.message);
  out.real(finding.weight);
}

bool isThere(const LintFinding& finding, const Checkpoint& checkpoint) {
  if (!finding.tensor) return !finding.element;
  if (*finding.tensor >= checkpoint.tensors.size()) return false;
  return !finding.element || *finding.element < checkpoint.tensors[*finding.tensor].elements;
}

LintFinding read(ByteReader& in, const Checkpoint& checkpoint) {
  LintFinding finding;
  if (const LintRule* rule = findLintRule(in.text()))
    finding.rule = rule->id;
  else
    in.refuse();
  finding.severity = kSeverities[in.number(kSeverities.size() - 1)];
  const std::uint64_t place = in.number(kHasTensor | kHasElement);
  if (place & kHasTensor) finding.tensor = in.number();
  if (place & kHasElement) finding.element = in.number();
  if (!isThere(finding, checkpoint)) in.refuse();
  finding.message = in.text();
  if (printable(finding.message, finding.message.size()) != finding.message) in.refuse();
  finding.weight = in.real();
  return finding;
}

}  // namespace

std::string encodeFindings(const std::vector<LintFinding>& findings) {
  ByteWriter out;
  out.number(kVersion);
  out.number(findings.size());
  for (const LintFinding& finding : findings) write(out, finding);
  return std::move(out).take();
}

std::optional<std::vector<LintFinding>> decodeFindings(std::string_view bytes, const Checkpoint& checkpoint) {
  ByteReader in(bytes);
  if (in.number() != kVersion) return std::nullopt;
  const std::uint64_t count = in.number(in.left() / kSmallest);
  std::vector<LintFinding> findings;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) findings.push_back(read(in, checkpoint));
  return in.finished() ? std::optional(std::move(findings)) : std::nullopt;
}

}  // namespace ulpscope
