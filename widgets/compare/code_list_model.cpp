// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/code_list_model.h"

#include <cmath>

#include "core/analysis/code_row.h"
#include "core/formats/value_text.h"
#include "widgets/bits/field_notes.h"
#include "widgets/models/table_model.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

bool isSpecial(NumberClass numberClass) {
  return numberClass == NumberClass::Nan || numberClass == NumberClass::Infinity;
}

}  // namespace

CodeListModel::CodeListModel(QObject* parent) : QAbstractTableModel(parent) {}

void CodeListModel::setFormat(const NumberFormat* format) {
  if (m_format == format) return;
  beginResetModel();
  m_format = format;
  endResetModel();
}

int CodeListModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() || !m_format ? 0 : 1 << m_format->info().codeBits;
}

int CodeListModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant CodeListModel::sortKey(std::uint64_t code, int column) const {
  if (column == Class) return qt(idOf(m_format->classify(code)));
  if (column != Value) return qulonglong(code);
  const double value = toDouble(m_format->decode(code));
  return std::isnan(value) ? QVariant() : QVariant(value);
}

QVariant CodeListModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || !m_format) return {};
  const auto code = std::uint64_t(index.row());
  switch (role) {
    case Qt::DisplayRole:
    case TableModel::ExactRole: {
      const CodeRow row = codeRow(*m_format, code);
      switch (index.column()) {
        case Code:
          return QString::fromStdString(row.code);
        case Bits:
          return QString::fromStdString(row.bits);
        case Class:
          return qt(idOf(row.numberClass));
        default:
          return role == Qt::DisplayRole ? withSymbols(QString::fromStdString(row.value))
                                         : QString::fromStdString(row.exact);
      }
    }
    case Qt::ToolTipRole:
      return plainToolTip(QString::fromStdString(exactText(*m_format, code)));
    case TableModel::SortRole:
      return sortKey(code, index.column());
    case Qt::ForegroundRole:
      return isSpecial(m_format->classify(code)) ? theme().colors().special : theme().colors().text;
    case Qt::FontRole:
      return index.column() == Class ? theme().words(12) : theme().numbers(12);
    case Qt::TextAlignmentRole:
      return int((index.column() == Value ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    default:
      return {};
  }
}

QVariant CodeListModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  switch (role) {
    case Qt::DisplayRole: {
      const QString titles[] = {tr("Code"), tr("Bits"), tr("Class"), tr("Value")};
      return section >= 0 && section < ColumnCount ? QVariant(titles[section]) : QVariant();
    }
    case Qt::FontRole:
      return theme().words(11, QFont::Medium);
    case Qt::TextAlignmentRole:
      return int((section == Value ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    default:
      return {};
  }
}

}  // namespace ulpscope
