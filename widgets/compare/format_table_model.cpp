// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/format_table_model.h"

#include <QIcon>
#include <QPixmap>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/analysis/throughput.h"
#include "core/report/ticks.h"
#include "widgets/models/table_model.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kSwatch = 10;  // px

std::vector<FormatTableModel::Column> makeColumns() {
  static const QStringList shownAtFirst{QStringLiteral("max"), QStringLiteral("min"),
                                        QStringLiteral("smallestSubnormal"), QStringLiteral("epsilon"),
                                        QStringLiteral("hasInfinity")};
  std::vector<FormatTableModel::Column> columns;
  const auto add = [&](std::size_t cell) {
    const FormatColumn& column = formatColumns()[cell];
    const QString key = qt(column.key);
    columns.push_back(
        {.key = key,
         .title = qt(column.title),
         .meaning = qt(column.meaning),
         .numeric = column.numeric || key == QLatin1String("hasInfinity") || key == QLatin1String("hasNegativeZero"),
         .shownAtFirst = shownAtFirst.contains(key),
         .cell = int(cell)});
  };
  const std::size_t title = formatColumn("title");
  add(title);
  columns.back().shownAtFirst = true;
  columns.push_back({.key = QStringLiteral("layout"),
                     .title = FormatTableModel::tr("sign·exp·frac"),
                     .meaning = FormatTableModel::tr("Bits of sign, exponent and fraction"),
                     .numeric = true,
                     .shownAtFirst = true});
  for (std::size_t cell = 0; cell < formatColumns().size(); ++cell)
    if (cell != title) add(cell);
  std::string_view last;
  for (const Throughput& row : publishedThroughput()) {
    if (row.gpu == last) continue;
    last = row.gpu;
    const QString gpu = qt(row.gpu);
    columns.push_back(
        {.key = QStringLiteral("rate ") + gpu,
         .title = FormatTableModel::tr("%1 rate").arg(gpu),
         .meaning = FormatTableModel::tr("Published dense throughput of the %1 relative to float32").arg(gpu),
         .numeric = true,
         .shownAtFirst = row.gpu == "A100",
         .gpu = row.gpu});
  }
  return columns;
}

const FormatCell& cellOf(const FormatProfile& profile, std::string_view key) {
  return profile.cells[formatColumn(key)];
}

/// "2⁻¹⁴⁹" of a power of two; empty of any other cell.
QString powerText(const FormatCell& cell) {
  const double* number = std::get_if<double>(&cell.value);
  if (!number || !(*number > 0) || !std::isfinite(*number)) return {};
  int exponent = 0;
  if (std::frexp(*number, &exponent) != 0.5) return {};
  return QString::fromStdString(powerOfTwoText(exponent - 1));
}

/// Smallest subnormals are known as powers of two, the other limits as decimals.
bool prefersPower(const FormatTableModel::Column& column) { return column.key == QLatin1String("smallestSubnormal"); }

/// Raised digits of the fixed face stand as far apart as full ones, and yes and no are words.
bool isInFixedFace(const FormatTableModel::Column& column) {
  return column.numeric && !prefersPower(column) && !column.key.startsWith(QLatin1String("has"));
}

QVariant keyOf(const FormatValue& value) {
  return std::visit(
      []<class T>(const T& held) -> QVariant {
        if constexpr (std::is_same_v<T, std::monostate>)
          return -std::numeric_limits<double>::infinity();
        else if constexpr (std::is_same_v<T, std::string>)
          return QString::fromStdString(held);
        else
          return double(held);
      },
      value);
}

/// The same colour in a selected row, which would tint it.
QIcon swatch(const QColor& color) {
  QPixmap square(kSwatch, kSwatch);
  square.fill(color);
  QIcon icon(square);
  icon.addPixmap(square, QIcon::Selected);
  return icon;
}

}  // namespace

FormatTableModel::FormatTableModel(FormatChoice& choice, QObject* parent)
    : QAbstractTableModel(parent), m_choice(choice), m_columns(makeColumns()) {
  connect(&choice, &FormatChoice::changed, this, &FormatTableModel::follow);
  connect(&theme(), &Theme::changed, this, &FormatTableModel::follow);
  rebuild();
}

void FormatTableModel::follow() {
  if (m_shown != &m_choice.profiles()) return rebuild();
  if (!m_rows.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, 0));
}

void FormatTableModel::setFilter(const Filter& filter) {
  m_filter = filter;
  rebuild();
}

void FormatTableModel::rebuild() {
  beginResetModel();
  m_shown = &m_choice.profiles();
  m_rows.clear();
  for (const FormatProfile& profile : *m_shown)
    if (passes(profile)) m_rows.push_back(&profile);
  endResetModel();
}

bool FormatTableModel::passes(const FormatProfile& profile) const {
  if (m_filter.chosenOnly && !m_choice.isChosen(profile)) return false;
  if (!m_filter.family.isEmpty() && qt(idOf(profile.format->info().family)) != m_filter.family) return false;
  for (const QString& word : m_filter.words.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
    const auto has = [&](const FormatCell& cell) {
      return std::holds_alternative<std::string>(cell.value) &&
             QString::fromStdString(cell.text).contains(word, Qt::CaseInsensitive);
    };
    if (std::none_of(profile.cells.begin(), profile.cells.end(), has)) return false;
  }
  return true;
}

QStringList FormatTableModel::families() const {
  QStringList families;
  for (const FormatProfile& profile : m_choice.profiles())
    if (const QString family = qt(idOf(profile.format->info().family)); !families.contains(family)) families << family;
  return families;
}

int FormatTableModel::rowOf(std::string_view formatId) const {
  const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                  [&](const FormatProfile* profile) { return profile->format->info().id == formatId; });
  return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

FormatTableModel::Cell FormatTableModel::cellAt(const FormatProfile& profile, const Column& column) const {
  if (column.cell >= 0) {
    const FormatCell& cell = profile.cells[std::size_t(column.cell)];
    const QString power = prefersPower(column) ? powerText(cell) : QString();
    return {power.isEmpty() ? QString::fromStdString(cell.text) : power, QString::fromStdString(cell.exact),
            cell.code.empty() ? QString() : tr("code %1").arg(QString::fromStdString(cell.code)),
            QString::fromStdString(cell.source), keyOf(cell.value)};
  }
  if (column.gpu.empty()) {
    const FormatCell& exponent = cellOf(profile, "exponentBits");
    const FormatCell& fraction = cellOf(profile, "fractionBits");
    const bool isFloat = exponent.text != "0" || fraction.text != "0";
    const QString text =
        isFloat
            ? QStringLiteral("%1·%2·%3").arg(qt(cellOf(profile, "signBits").text), qt(exponent.text), qt(fraction.text))
            : QString();
    return {text, {}, {}, QString::fromStdString(exponent.source), keyOf(cellOf(profile, "bits").value)};
  }
  const std::string_view id = profile.format->info().id;
  const auto ratio = throughputRatio(column.gpu, id);
  if (!ratio)
    return {{}, {}, {}, tr("No figure is published that we know of"), -std::numeric_limits<double>::infinity()};
  const auto rows = publishedThroughput();
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const Throughput& r) { return r.gpu == column.gpu && r.format == id; });
  return {QStringLiteral("%1×").arg(quotedRatio(*ratio)),
          {},
          QStringLiteral("%1 %2, %3").arg(QString::number(row->teraPerSecond), qt(row->unit), qt(row->engine)),
          qt(row->source),
          *ratio};
}

int FormatTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

int FormatTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_columns.size());
}

QVariant FormatTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const FormatProfile& profile = profileAt(index.row());
  const Column& column = m_columns[std::size_t(index.column())];
  const bool isFirst = index.column() == 0;
  switch (role) {
    case Qt::DisplayRole: {
      const QString text = cellAt(profile, column).text;
      return text.isEmpty() ? emDash() : text;
    }
    case Qt::ToolTipRole: {
      const Cell cell = cellAt(profile, column);
      QStringList lines{cell.exact.isEmpty() ? cell.text : cell.exact, cell.remark, cell.source};
      if (lines.front().isEmpty()) lines.front() = tr("Does not apply");
      lines.removeAll(QString());
      return plainToolTip(lines.join(QLatin1Char('\n')));
    }
    case TableModel::SortRole:
      // Ties keep the order of the registry.
      return cellAt(profile, column).key;
    case TableModel::ExactRole: {
      const Cell cell = cellAt(profile, column);
      return cell.exact.isEmpty() ? cell.text : cell.exact;
    }
    case Qt::CheckStateRole:
      return isFirst ? QVariant(int(m_choice.isChosen(profile) ? Qt::Checked : Qt::Unchecked)) : QVariant();
    case Qt::DecorationRole: {
      if (!isFirst) return {};
      const auto place = m_choice.placeOf(profile);
      return swatch(place ? colorOfPlace(*place) : QColor(Qt::transparent));
    }
    case Qt::FontRole:
      return isInFixedFace(column) ? theme().numbers(12) : theme().words(12);
    case Qt::ForegroundRole:
      return theme().colors().text;
    case Qt::TextAlignmentRole:
      return int((column.numeric ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    default:
      return {};
  }
}

bool FormatTableModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (role != Qt::CheckStateRole || !index.isValid() || index.column() != 0) return false;
  m_choice.choose(profileAt(index.row()), value.toInt() == Qt::Checked);
  return true;
}

Qt::ItemFlags FormatTableModel::flags(const QModelIndex& index) const {
  const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
  return index.column() == 0 ? flags | Qt::ItemIsUserCheckable : flags;
}

QVariant FormatTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  const Column& column = m_columns[std::size_t(section)];
  switch (role) {
    case Qt::DisplayRole:
      return column.title;
    case Qt::ToolTipRole:
      return plainToolTip(column.meaning);
    case Qt::FontRole:
      return theme().words(11, QFont::Medium);
    case Qt::TextAlignmentRole:
      return int((column.numeric ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    default:
      return {};
  }
}

}  // namespace ulpscope
