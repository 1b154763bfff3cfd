// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/diff_rows.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/text.h"
#include "widgets/models/table_cells.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

QString tr(const char* text) { return QCoreApplication::translate("ulpscope::DiffRows", text); }

QString titleOf(DiffState state) {
  switch (state) {
    case DiffState::Identical:
      return tr("identical");
    case DiffState::Changed:
      return tr("changed");
    case DiffState::Missing:
      return tr("missing");
    case DiffState::Extra:
      return tr("extra");
    case DiffState::Shape:
      return tr("other shape");
    case DiffState::Type:
      return tr("other type");
    case DiffState::Unread:
      return tr("not read");
  }
  return {};
}

double rankOf(const TensorDiff& diff, const PublishedError* error) {
  switch (diff.state) {
    case DiffState::Missing:
    case DiffState::Extra:
    case DiffState::Shape:
    case DiffState::Unread:
      return std::numeric_limits<double>::infinity();
    case DiffState::Identical:
      return -1;
    default: {
      const double relative = diff.metrics ? diff.metrics->relativeRmse : 0;
      const double lost = error ? error->lost() : relative * relative;
      return std::isnan(lost) ? 0 : lost;
    }
  }
}

const TensorInfo* tensorOf(const Checkpoint& checkpoint, std::optional<std::size_t> index) {
  return index ? &checkpoint.tensors[*index] : nullptr;
}

/// "FP32 → Q4_K" where the two differ.
QString typesOf(const TensorInfo* first, const TensorInfo* second) {
  const QString before = first ? typeText(*first) : QString(), after = second ? typeText(*second) : QString();
  if (before.isEmpty() || after.isEmpty() || before == after) return before.isEmpty() ? after : before;
  return QStringLiteral("%1 \u2192 %2").arg(before, after);
}

/// What there is no error of says why.
TableCell decibelCell(const TensorDiff& diff) {
  if (diff.state == DiffState::Identical) return {tr("exact"), QStringLiteral("inf"), 1e9, CellTone::Muted};
  if (!diff.metrics || diff.metrics->included == 0) return {titleOf(diff.state), emDash(), -1e9, CellTone::Muted};
  const double decibel = diff.metrics->signalToNoiseDb;
  TableCell cell = numberCell(decibel, 4);
  if (std::isfinite(decibel)) cell.text = QString::number(decibel, 'f', 2);
  if (std::isinf(decibel)) cell.text = tr("exact");
  return cell;
}

TableCell percentCell(double share) {
  if (std::isnan(share)) return numberCell(share, 3);
  TableCell cell = numberCell(share, 3);
  cell.text = QStringLiteral("%1 %").arg(QString::number(100 * share, 'g', 3));
  return cell;
}

TableCell rivalCell(const SchemeComparison& rival) {
  const QString figure = rival.weightedError
                             ? QStringLiteral("%1 %").arg(QString::number(100 * rival.weightedError->relative, 'g', 3))
                             : QStringLiteral("%1 dB").arg(QString::number(rival.metrics.signalToNoiseDb, 'f', 1));
  return {QStringLiteral("%1: %2").arg(qt(rival.scheme), figure),
          tr("%1 at %2 bits per weight").arg(qt(rival.title), QString::number(rival.bitsPerWeight, 'g', 6)),
          rival.weightedError ? rival.weightedError->relative : -rival.metrics.signalToNoiseDb, CellTone::Plain};
}

std::vector<TableCell> cellsOf(const TensorDiff& diff, const PublishedError* error, const TensorInfo* first,
                               const TensorInfo* second) {
  const bool isIdentical = diff.state == DiffState::Identical;
  const CellTone tone = isIdentical ? CellTone::Muted : CellTone::Plain;
  const bool isMeasured = diff.metrics && diff.metrics->included > 0;
  const auto metric = [&](double ErrorMetrics::* value, int digits) {
    return numberCell(isMeasured ? (*diff.metrics).*value : kNothing, digits);
  };
  std::vector<TableCell> cells(kDiffColumns);
  const auto set = [&](DiffColumn column, TableCell cell) {
    cells[static_cast<std::size_t>(column)] = std::move(cell);
  };
  set(DiffColumn::Tensor, {shown(diff.name)});
  set(DiffColumn::State, {titleOf(diff.state), shown(diff.remark), {}, tone});
  set(DiffColumn::Type, {typesOf(first, second), {}, {}, tone});
  set(DiffColumn::Bits, numberCell(second && second->elements > 0
                                       ? static_cast<double>(second->bytes) * 8 / static_cast<double>(second->elements)
                                       : kNothing,
                                   4));
  set(DiffColumn::Snr, decibelCell(diff));
  set(DiffColumn::Lost, percentCell(error && error->weightedError ? error->weightedError->relative : kNothing));
  set(DiffColumn::Best, error && error->rival ? rivalCell(*error->rival) : numberCell(kNothing, 3));
  if (isIdentical || diff.metrics)
    set(DiffColumn::Differ, countCell(diff.different, tone));
  else
    set(DiffColumn::Differ, {titleOf(diff.state), emDash(), -1.0, CellTone::Plain});
  set(DiffColumn::MaxError, metric(&ErrorMetrics::maxAbsoluteError, 3));
  set(DiffColumn::RelativeRmse, metric(&ErrorMetrics::relativeRmse, 3));
  set(DiffColumn::Cosine, metric(&ErrorMetrics::cosine, 6));
  return cells;
}

}  // namespace

std::vector<TableColumn> diffColumns() {
  std::vector<TableColumn> columns(kDiffColumns);
  const auto set = [&](DiffColumn column, TableColumn what) {
    columns[static_cast<std::size_t>(column)] = std::move(what);
  };
  set(DiffColumn::Tensor, {tr("Tensor"), false, {}});
  set(DiffColumn::State, {tr("State"), false, {}});
  set(DiffColumn::Type, {tr("Type"), false, tr("Of the other, and of this one where it differs")});
  set(DiffColumn::Bits, {tr("Bits"), true, tr("Per weight, of all that is stored of it here")});
  set(DiffColumn::Snr, {tr("SNR"), true, tr("Signal to noise in decibel: the other's values over the error")});
  set(DiffColumn::Lost,
      {tr("Output lost"), true, tr("Share of the layer's output that is lost, where its inputs are known")});
  set(DiffColumn::Best,
      {tr("Best scheme"), true, tr("The scheme that loses least in as many bits, and what it loses")});
  set(DiffColumn::Differ, {tr("Differ"), true, tr("Elements that differ: in code within a type, else in value")});
  set(DiffColumn::MaxError, {tr("Max |error|"), true, {}});
  set(DiffColumn::RelativeRmse, {tr("Rel. RMSE"), true, tr("Root mean square error / root mean square of the other")});
  set(DiffColumn::Cosine, {tr("Cosine"), true, tr("Of the angle between the two, as vectors")});
  return columns;
}

std::vector<DiffRow> diffRows(const Checkpoint& first, const Checkpoint& second, const DiffFindings& findings) {
  const auto& diffs = findings.diff.tensors;
  std::vector<const PublishedError*> errors(diffs.size(), nullptr);
  for (const PublishedError& error : findings.errors.tensors) errors[error.diff] = &error;
  std::vector<std::size_t> order(diffs.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return rankOf(diffs[i], errors[i]); });
  std::vector<DiffRow> rows;
  for (const std::size_t i : order)
    rows.push_back(
        {diffs[i], cellsOf(diffs[i], errors[i], tensorOf(first, diffs[i].first), tensorOf(second, diffs[i].second))});
  return rows;
}

bool isQuantized(const Checkpoint& first, const Checkpoint& second, const CheckpointDiff& diff) {
  return std::ranges::any_of(diff.tensors, [&](const TensorDiff& each) {
    return each.metrics && each.first && each.second &&
           second.tensors[*each.second].bytes < first.tensors[*each.first].bytes;
  });
}

QString summaryOf(const DiffFindings& findings) {
  QStringList counts;
  for (std::size_t state = 0; state < kDiffStates; ++state)
    if (findings.diff.summary[state] > 0)
      counts << QStringLiteral("%1 %2").arg(grouped(findings.diff.summary[state]),
                                            titleOf(static_cast<DiffState>(state)));
  if (counts.isEmpty()) return tr("There is no tensor in either.");
  return counts.join(QStringLiteral(" \u00b7 "));
}

QString typesSummaryOf(const DiffFindings& findings) {
  QStringList types;
  for (const PublishedType& type : findings.errors.types) {
    const double decibel = type.totals.signalToNoiseDb();
    types << tr("%1: %2 bits, %3, %4")
                 .arg(qt(type.type), QString::number(type.totals.bitsPerWeight(), 'g', 5),
                      std::isinf(decibel) ? tr("exact") : tr("%1 dB").arg(QString::number(decibel, 'f', 1)),
                      qt(counted(type.totals.tensors(), "tensor")));
  }
  return types.join(u'\n');
}

}  // namespace ulpscope
