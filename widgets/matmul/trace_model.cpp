// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/trace_model.h"

#include <algorithm>

#include "core/base/text.h"
#include "widgets/models/table_model.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr std::size_t kMostProducts = 4;  ///< that a cell lists

QString brief(double value) { return QString::number(value, 'g', 6); }

/// What was lost; none is a dash.
QString lost(double value) { return value == 0 ? emDash() : QString::number(value, 'g', 3); }

double keyOf(const DotStep& step, int row, int column) {
  switch (column) {
    case TraceModel::kExponent:
      return step.largestExponent.value_or(-10'000);
    case TraceModel::kCut:
      return step.cut;
    case TraceModel::kRounded:
      return step.rounded;
    case TraceModel::kSum:
      return step.sum;
    default:
      return row;
  }
}

}  // namespace

void TraceModel::setTrace(std::shared_ptr<const DotTrace> trace) {
  beginResetModel();
  m_trace = std::move(trace);
  endResetModel();
}

int TraceModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() || !m_trace ? 0 : int(m_trace->steps.size());
}

QString TraceModel::text(const DotStep& step, int row, int column) const {
  switch (column) {
    case kStep:
      if (step.kind == DotStep::Kind::Scaled) return tr("scaled");
      return step.kind == DotStep::Kind::Joined ? tr("joined") : QString::number(row);
    case kProducts: {
      QStringList products;
      if (!step.note.empty()) products << qt(step.note);
      for (std::size_t i = 0; i < std::min(step.products.size(), kMostProducts); ++i)
        products << QString::number(step.products[i], 'g', 4);
      if (step.products.size() > kMostProducts) products << QStringLiteral("\u2026");
      return products.join(QStringLiteral("  "));
    }
    case kExponent:
      return step.largestExponent ? QString::number(*step.largestExponent) : emDash();
    case kCut:
      return lost(step.cut);
    case kRounded:
      return lost(step.rounded);
    default:
      return brief(step.sum);
  }
}

QString TraceModel::exact(const DotStep& step, int row, int column) const {
  switch (column) {
    case kStep:
      if (step.kind == DotStep::Kind::Noted) return qt(step.note);
      if (step.kind == DotStep::Kind::Scaled) return tr("the scales of both matrices are multiplied in");
      if (step.kind == DotStep::Kind::Joined) return tr("the sum of an accumulator is added to the others");
      return tr("products %1 to %2").arg(step.first).arg(step.first + step.count - 1);
    case kProducts: {
      QStringList products;
      for (const double product : step.products) products << qt(shortest(product));
      return products.join(QLatin1Char(' '));
    }
    case kExponent:
      return step.lastPlace ? tr("the last place kept weighs 2^%1").arg(*step.lastPlace) : QString();
    case kCut:
      return qt(shortest(step.cut));
    case kRounded:
      return qt(shortest(step.rounded));
    case kSum:
      return qt(shortest(step.sum));
    default:
      return text(step, row, column);
  }
}

QVariant TraceModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || !m_trace) return {};
  const int row = index.row();
  const int column = index.column();
  const DotStep& step = m_trace->steps[std::size_t(row)];
  switch (role) {
    case Qt::DisplayRole:
      return text(step, row, column);
    case Qt::ToolTipRole:
    case TableModel::ExactRole:
      return exact(step, row, column);
    case TableModel::SortRole:
      return keyOf(step, row, column);
    case Qt::TextAlignmentRole:
      return int((column == kStep ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::FontRole:
      return theme().numbers(12);
    case Qt::ForegroundRole:
      if (column == kCut && step.cut != 0) return theme().colors().outlier;
      return column == kStep ? theme().colors().muted : theme().colors().text;
    default:
      return {};
  }
}

QVariant TraceModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
  static const QStringList titles{tr("Step"),    tr("Products"), tr("Largest exponent"),
                                  tr("Cut off"), tr("Rounded"),  tr("Sum")};
  static const QStringList help{tr("A block of products that are added at once, or one product of a chain"),
                                tr("Exact; of groups that are added before they are scaled, their sums"),
                                tr("That products and the accumulator are aligned to"),
                                tr("What alignment took away from the exact sum of the block"),
                                tr("What rounding the sum to the accumulator's format added"),
                                tr("The accumulator after the step")};
  if (role == Qt::DisplayRole) return titles[section];
  if (role == Qt::ToolTipRole) return help[section];
  if (role == Qt::FontRole) return theme().words(11, QFont::Medium);
  if (role == Qt::TextAlignmentRole) return int((section == kStep ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  return {};
}

}  // namespace ulpscope
