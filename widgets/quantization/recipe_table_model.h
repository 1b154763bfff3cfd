// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/recipe/recipe.h"

namespace ulpscope {

/// Tensors by schemes: what each loses in each, and what the recipe gives it. Tensors that are kept as they are stand
/// at the end, muted, with the reason.
class RecipeTableModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  /// Of the columns before those of the schemes.
  enum Column { kTensor, kWeights, kGets, kBits, kLost, kSchemes };
  /// How many characters all names begin with, up to a dot: those of the whole column.
  qsizetype sharedStart() const { return m_sharedStart; }
  /// A share in [0, 1] of the range of errors, as a map of colours takes it; whether the cell is the recipe's choice.
  enum Role { HeatRole = Qt::UserRole + 100, ChosenRole };

  using QAbstractTableModel::QAbstractTableModel;

  /// nullptr: empty. `nameRanks`: of each tensor of the survey its place in the order of their names.
  void setSurvey(std::shared_ptr<const RecipeSurvey> survey, std::vector<std::uint32_t> nameRanks);
  /// Of `planned`, which has the tensors of this survey; nothing while there is none.
  void setRecipe(std::shared_ptr<const RecipeSurvey> planned, const std::optional<Recipe>& recipe);
  /// The tensor of the checkpoint in that row.
  std::size_t tensorAt(int row) const { return tensor(row).tensor; }
  /// -1: none.
  int rowOf(std::size_t tensorOfCheckpoint) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  /// Rows without a number come last in either direction. No column: the order of the checkpoint, what is kept at the
  /// end.
  void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  const RecipeTensor& tensor(int row) const { return m_survey->tensors[m_rows[std::size_t(row)]]; }
  /// Of a tensor of the survey, by its place there.
  const RecipeOption* chosen(std::size_t place) const;
  const RecipeOption* option(std::size_t place, int column) const;
  const RecipeOption* chosen(int row) const { return chosen(m_rows[std::size_t(row)]); }
  const RecipeOption* option(int row, int column) const { return option(m_rows[std::size_t(row)], column); }
  QString text(int row, int column) const;
  QString exact(int row, int column) const;
  QString toolTip(int row, int column) const;
  /// Of a tensor of the survey.
  double sortKey(std::size_t place, int column) const;
  void arrange();
  double heat(double error) const;

  std::shared_ptr<const RecipeSurvey> m_survey;
  std::vector<std::uint32_t> m_nameRanks;
  std::shared_ptr<const RecipeSurvey> m_planned;  ///< of the recipe
  std::optional<Recipe> m_recipe;
  int m_sortColumn = -1;
  Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
  std::vector<std::size_t> m_rows;     ///< indices into RecipeSurvey::tensors
  std::vector<std::size_t> m_schemes;  ///< of the columns: indices into RecipeSurvey::schemes
  std::vector<QString> m_titles;       ///< of the survey's schemes
  qsizetype m_sharedStart = 0;
  double m_least = 0;  ///< logarithms of the least and the largest error that is none
  double m_most = 0;
};

}  // namespace ulpscope
