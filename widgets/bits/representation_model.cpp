// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/representation_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/formats/brief_decimal.h"
#include "core/formats/value_text.h"
#include "widgets/bits/field_notes.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kExactErrorDigits = 8;  ///< an error of more digits is rounded
constexpr int kRoundedErrorDigits = 4;

QString withSign(const std::string& error) {
  const bool positive = error != "0" && !error.starts_with('-');
  return (positive ? QStringLiteral("+") : QString()) + QString::fromStdString(error);
}

QString badgeOf(StorageMark mark) {
  switch (mark) {
    case StorageMark::None:
      return {};
    case StorageMark::Largest:
      return RepresentationModel::tr("max");
    case StorageMark::Saturated:
      return RepresentationModel::tr("saturated");
    case StorageMark::Infinity:
    case StorageMark::Nan:
      return RepresentationModel::tr("overflow");
    case StorageMark::Underflowed:
      return RepresentationModel::tr("underflow");
    case StorageMark::NoNan:
      return RepresentationModel::tr("has no NaN");
  }
  return {};
}

QString meaningOf(StorageMark mark) {
  switch (mark) {
    case StorageMark::None:
      return {};
    case StorageMark::Largest:
      return RepresentationModel::tr("the largest finite value of the format");
    case StorageMark::Saturated:
      return RepresentationModel::tr("beyond the range, so the largest finite value is stored");
    case StorageMark::Infinity:
      return RepresentationModel::tr("beyond the range, so infinity is stored");
    case StorageMark::Nan:
      return RepresentationModel::tr("beyond the range, so NaN is stored");
    case StorageMark::Underflowed:
      return RepresentationModel::tr("not zero, but rounded to zero");
    case StorageMark::NoNan:
      return RepresentationModel::tr("the format has no NaN, so zero is stored");
  }
  return {};
}

}  // namespace

void RepresentationModel::setRows(std::vector<Representation> rows) {
  const bool sameCount = rows.size() == m_rows.size();
  if (!sameCount) beginResetModel();
  m_rows = std::move(rows);
  if (sameCount)
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
  else
    endResetModel();
}

int RepresentationModel::rowOf(const std::string& id) const {
  const auto found = std::ranges::find(m_rows, id, [](const Representation& row) { return row.format->info().id; });
  return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

bool RepresentationModel::matches(const Representation& row, const QStringList& words) {
  const FormatInfo& info = row.format->info();
  const QString text =
      QStringList{qt(info.title), qt(info.id), qt(info.name), badgeOf(row.mark)}.join(QLatin1Char(' '));
  return std::ranges::all_of(words, [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

int RepresentationModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

int RepresentationModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString RepresentationModel::textOf(const Representation& row, int column) const {
  switch (column) {
    case Format:
      return qt(row.format->info().title);
    case Stored:
      return withSymbols(QString::fromStdString(row.stored));
    case Code:
      return QString::fromStdString(row.code);
    default:
      break;
  }
  if (row.error.empty()) return row.errorMagnitude == 0 ? QStringLiteral("0") : emDash();
  if (briefDecimal(row.error, kExactErrorDigits).exact) return withSign(row.error);
  return QStringLiteral("≈") + withSign(briefDecimal(row.error, kRoundedErrorDigits).text);
}

QVariant RepresentationModel::sortKey(const Representation& row, int column) const {
  switch (column) {
    case Format:
      return int(std::ranges::find(formatRegistry(), row.format) - formatRegistry().begin());
    case Stored: {
      const double value = toDouble(row.format->decode(row.outcome.code));
      return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
    }
    case Error:
      return row.errorMagnitude;
    default:
      return qulonglong(row.outcome.code);
  }
}

QVariant RepresentationModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Representation& row = m_rows[std::size_t(index.row())];
  switch (role) {
    case Qt::DisplayRole:
      return textOf(row, index.column());
    case Qt::TextAlignmentRole:
      return int(Qt::AlignVCenter | (index.column() == Format ? Qt::AlignLeft : Qt::AlignRight));
    case Qt::ToolTipRole:
      switch (index.column()) {
        case Format:
          return qt(row.format->info().name);
        case Stored: {
          const QString meaning = meaningOf(row.mark);
          return QString::fromStdString(row.exact) + (meaning.isEmpty() ? QString() : QLatin1Char('\n') + meaning);
        }
        case Error:
          return row.error.empty() ? QVariant() : withSign(row.error);
        default:
          return QString::fromStdString(row.code);
      }
    case SortRole:
      return sortKey(row, index.column());
    case ExactTextRole:
      if (index.column() == Stored) return QString::fromStdString(row.exact);
      return index.column() == Error ? withSign(row.error) : textOf(row, index.column());
    case BadgeRole:
      return index.column() == Stored ? badgeOf(row.mark) : QString();
    case FormatIdRole:
      return qt(row.format->info().id);
    case IsExactRole:
      return row.outcome.exact;
    default:
      return {};
  }
}

QVariant RepresentationModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole)
    return int(Qt::AlignVCenter | (section == Format ? Qt::AlignLeft : Qt::AlignRight));
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case Format:
      return tr("Format");
    case Stored:
      return tr("Stored");
    case Error:
      return tr("Error");
    default:
      return tr("Code");
  }
}

}  // namespace ulpscope
