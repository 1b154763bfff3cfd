// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/recipe_table_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/base/text.h"
#include "core/report/recipe_figure.h"
#include "widgets/models/table_model.h"
#include "widgets/quantization/recipe_text.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

/// Of the names as they are shown.
qsizetype sharedStartOf(const std::vector<RecipeTensor>& tensors) {
  if (tensors.size() < 2) return 0;
  std::string_view shared = tensors.front().name;
  for (const RecipeTensor& tensor : tensors) {
    const auto differing = std::ranges::mismatch(shared, tensor.name).in1;
    shared = shared.substr(0, static_cast<std::size_t>(differing - shared.begin()));
  }
  return shown(shared.substr(0, shared.rfind('.') + 1)).size();
}

bool isNumeric(int column) { return column != RecipeTableModel::kTensor && column != RecipeTableModel::kGets; }

}  // namespace

void RecipeTableModel::setSurvey(std::shared_ptr<const RecipeSurvey> survey, std::vector<std::uint32_t> nameRanks) {
  beginResetModel();
  m_survey = std::move(survey);
  m_nameRanks = std::move(nameRanks);
  m_schemes.clear();
  m_titles.clear();
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  if (m_survey) {
    std::vector<bool> isOffered(m_survey->schemes.size());
    for (const RecipeTensor& tensor : m_survey->tensors)
      for (const RecipeOption& option : tensor.options) {
        isOffered[option.scheme] = true;
        if (option.error > 0) least = std::min(least, option.error);
        most = std::max(most, option.error);
      }
    for (std::size_t i = 0; i < isOffered.size(); ++i)
      if (isOffered[i]) m_schemes.push_back(i);
    for (const std::string& title : briefTitles(m_survey->schemes)) m_titles.push_back(qt(title));
  }
  if (!m_planned || !m_survey || m_planned->tensors.size() != m_survey->tensors.size()) m_recipe.reset();
  m_sharedStart = m_survey ? sharedStartOf(m_survey->tensors) : 0;
  m_least = std::log(least);
  m_most = std::log(most);
  arrange();
  endResetModel();
}

void RecipeTableModel::setRecipe(std::shared_ptr<const RecipeSurvey> planned, const std::optional<Recipe>& recipe) {
  const bool fits = recipe && m_survey && planned && recipe->chosen.size() == m_survey->tensors.size();
  if (!fits && !m_recipe) return;
  m_planned = std::move(planned);
  m_recipe = fits ? recipe : std::nullopt;
  if (m_rows.empty()) return;
  Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
  if (m_sortColumn == kGets || m_sortColumn == kBits || m_sortColumn == kLost) sort(m_sortColumn, m_sortOrder);
}

void RecipeTableModel::sort(int column, Qt::SortOrder order) {
  m_sortColumn = column;
  m_sortOrder = order;
  Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
  const QModelIndexList before = persistentIndexList();
  std::vector<std::size_t> places;
  for (const QModelIndex& index : before) places.push_back(m_rows[std::size_t(index.row())]);
  arrange();
  std::vector<int> rows(m_rows.size());
  for (std::size_t row = 0; row < m_rows.size(); ++row) rows[m_rows[row]] = int(row);
  QModelIndexList after;
  for (qsizetype i = 0; i < before.size(); ++i) after << index(rows[places[std::size_t(i)]], before[i].column());
  changePersistentIndexList(before, after);
  Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void RecipeTableModel::arrange() {
  m_rows.resize(m_survey ? m_survey->tensors.size() : 0);
  std::iota(m_rows.begin(), m_rows.end(), std::size_t(0));
  if (m_sortColumn < 0 || m_sortColumn >= columnCount()) {
    std::ranges::stable_partition(m_rows, [&](std::size_t place) { return m_survey->tensors[place].kept.empty(); });
    return;
  }
  std::vector<double> keys;
  keys.reserve(m_rows.size());
  for (const std::size_t place : m_rows) keys.push_back(sortKey(place, m_sortColumn));
  const bool isDescending = m_sortOrder == Qt::DescendingOrder;
  std::ranges::stable_sort(m_rows, [&](std::size_t a, std::size_t b) {
    if (std::isnan(keys[a]) || std::isnan(keys[b])) return !std::isnan(keys[a]) && std::isnan(keys[b]);
    return isDescending ? keys[a] > keys[b] : keys[a] < keys[b];
  });
}

int RecipeTableModel::rowOf(std::size_t tensorOfCheckpoint) const {
  const auto found =
      std::ranges::find_if(m_rows, [&](std::size_t i) { return m_survey->tensors[i].tensor == tensorOfCheckpoint; });
  return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

int RecipeTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

int RecipeTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kSchemes + int(m_schemes.size());
}

const RecipeOption* RecipeTableModel::chosen(std::size_t place) const {
  if (!m_recipe || !m_recipe->chosen[place]) return nullptr;
  return &m_planned->tensors[place].options[*m_recipe->chosen[place]];
}

const RecipeOption* RecipeTableModel::option(std::size_t place, int column) const {
  if (column < kSchemes) return column == kBits || column == kLost ? chosen(place) : nullptr;
  const auto& options = m_survey->tensors[place].options;
  const auto found = std::ranges::find(options, m_schemes[std::size_t(column - kSchemes)], &RecipeOption::scheme);
  return found == options.end() ? nullptr : &*found;
}

double RecipeTableModel::heat(double error) const {
  if (error <= 0) return 0;
  return m_most > m_least ? (std::log(error) - m_least) / (m_most - m_least) : 1;
}

QString RecipeTableModel::text(int row, int column) const {
  const RecipeTensor& of = tensor(row);
  const RecipeOption* const here = option(row, column);
  switch (column) {
    case kTensor:
      return shown(of.name);
    case kWeights:
      return grouped(of.elements);
    case kGets:
      if (!of.kept.empty()) return tr("kept: %1").arg(shown(of.kept));
      return chosen(row) ? m_titles[chosen(row)->scheme] : emDash();
    case kBits:
      return here ? QString::number(here->bitsPerWeight, 'f', 2) : emDash();
    default:
      return here ? briefPercent(here->error) : emDash();
  }
}

QString RecipeTableModel::exact(int row, int column) const {
  const RecipeTensor& of = tensor(row);
  const RecipeOption* const here = option(row, column);
  if (column == kTensor) return shown(of.name);
  if (column == kWeights) return QString::number(of.elements);
  if (column == kGets && chosen(row)) return qt(textOf(m_survey->schemes[chosen(row)->scheme]));
  if (column == kGets) return text(row, column);
  if (!here) return {};
  return qt(shortest(column == kBits ? here->bitsPerWeight : 100 * here->error));
}

QString RecipeTableModel::toolTip(int row, int column) const {
  const RecipeTensor& of = tensor(row);
  if (column == kTensor)
    return QStringLiteral("%1\n%2 %3").arg(shown(of.name), shown(of.storedType), shapeText(of.shape));
  const RecipeOption* const here = option(row, column);
  if (here && column != kBits) {
    const QString what = of.isWeighted ? tr("of the layer's output") : tr("of the weights");
    return tr("%1\n%2 lost %3, at %4 bits per weight")
        .arg(qt(textOf(m_survey->schemes[here->scheme])), percent(here->error), what,
             QString::number(here->bitsPerWeight, 'g', 6));
  }
  if (column >= kSchemes) {
    const std::string id = textOf(m_survey->schemes[m_schemes[std::size_t(column - kSchemes)]]) + ": ";
    for (const std::string& refusal : of.refused)
      if (refusal.starts_with(id)) return shown(refusal);
    if (of.kept.empty()) return tr("not measured yet");
  }
  if (!of.kept.empty()) return tr("kept as it is stored: %1").arg(shown(of.kept));
  return exact(row, column);
}

double RecipeTableModel::sortKey(std::size_t place, int column) const {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (column == kTensor) return place < m_nameRanks.size() ? m_nameRanks[place] : kNone;
  if (column == kWeights) return static_cast<double>(m_survey->tensors[place].elements);
  if (column == kGets) return chosen(place) ? static_cast<double>(chosen(place)->scheme) : kNone;
  const RecipeOption* const here = option(place, column);
  if (!here) return kNone;
  return column == kBits ? here->bitsPerWeight : here->error;
}

QVariant RecipeTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const int row = index.row();
  const int column = index.column();
  switch (role) {
    case Qt::DisplayRole:
      return text(row, column);
    case Qt::ToolTipRole:
      return plainToolTip(toolTip(row, column));
    case Qt::ForegroundRole: {
      const bool isMuted = !tensor(row).kept.empty() || (column >= kSchemes && !option(row, column));
      return isMuted ? theme().colors().muted : theme().colors().text;
    }
    case Qt::FontRole:
      return isNumeric(column) ? theme().numbers(column < kSchemes ? 12 : 11) : theme().words(12);
    case Qt::TextAlignmentRole:
      return int((column >= kSchemes  ? Qt::AlignHCenter
                  : isNumeric(column) ? Qt::AlignRight
                                      : Qt::AlignLeft) |
                 Qt::AlignVCenter);
    case TableModel::ExactRole:
      return exact(row, column);
    case HeatRole:
      return column >= kSchemes && option(row, column) ? QVariant(heat(option(row, column)->error)) : QVariant();
    case ChosenRole:
      return column >= kSchemes && chosen(row) && chosen(row)->scheme == m_schemes[std::size_t(column - kSchemes)];
    default:
      return {};
  }
}

QVariant RecipeTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  const bool ofScheme = section >= kSchemes;
  const std::size_t scheme = ofScheme ? m_schemes[std::size_t(section - kSchemes)] : 0;
  static const QStringList titles{tr("Tensor"), tr("Weights"), tr("Gets"), tr("bpw"), tr("Lost %")};
  static const QStringList help{{},
                                tr("How many numbers it has"),
                                tr("What the recipe makes of it"),
                                tr("True bits per weight of that"),
                                tr("The share that is lost by that, in percent")};
  switch (role) {
    case Qt::DisplayRole:
      return ofScheme ? m_titles[scheme] : titles[section];
    case Qt::ToolTipRole:
      return plainToolTip(ofScheme
                              ? tr("%1: the share that is lost, in percent").arg(qt(textOf(m_survey->schemes[scheme])))
                              : help[section]);
    case Qt::FontRole:
      return theme().words(11, QFont::Medium);
    case Qt::InitialSortOrderRole:
      return int(isNumeric(section) ? Qt::DescendingOrder : Qt::AscendingOrder);
    case Qt::TextAlignmentRole:
      return int((ofScheme             ? Qt::AlignHCenter
                  : isNumeric(section) ? Qt::AlignRight
                                       : Qt::AlignLeft) |
                 Qt::AlignVCenter);
    default:
      return {};
  }
}

}  // namespace ulpscope
