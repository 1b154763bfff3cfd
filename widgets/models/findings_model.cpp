// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/findings_model.h"

#include "core/base/text.h"
#include "widgets/session/text.h"

namespace ulpscope {

void FindingsModel::setFindings(std::shared_ptr<const Checkpoint> checkpoint, std::vector<LintFinding> findings) {
  beginResetModel();
  m_checkpoint = std::move(checkpoint);
  m_findings = std::move(findings);
  endResetModel();
}

QString FindingsModel::titleAt(const QModelIndex& index) const {
  const LintFinding& finding = findingAt(index);
  if (finding.tensor) return shown(m_checkpoint->tensors[*finding.tensor].name);
  const LintRule* const rule = findLintRule(finding.rule);
  return rule ? qt(rule->title) : qt(finding.rule);
}

int FindingsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_findings.size()); }

QVariant FindingsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const LintFinding& finding = findingAt(index);
  const QString message = shown(finding.message);
  const auto whole = [&] {
    const LintRule* const rule = findLintRule(finding.rule);
    return QStringLiteral("%1: %2\n%3\n%4")
        .arg(qt(idOf(finding.severity)), titleAt(index), message, rule ? qt(rule->advice) : QString());
  };
  if (role == Qt::DisplayRole) return message;
  if (role == Qt::AccessibleTextRole) return whole();
  if (role == Qt::ToolTipRole) return plainToolTip(whole());
  return {};
}

Table FindingsModel::table() const {
  Table table{{"severity", "rule", "tensor", "element", "message"}, {}};
  for (const LintFinding& finding : m_findings)
    table.rows.push_back({std::string(idOf(finding.severity)), std::string(finding.rule),
                          finding.tensor ? printable(m_checkpoint->tensors[*finding.tensor].name) : std::string(),
                          finding.element ? std::to_string(*finding.element) : std::string(), finding.message});
  return table;
}

}  // namespace ulpscope
