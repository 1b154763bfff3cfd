// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
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

  /// nullptr: empty.
  void setSurvey(std::shared_ptr<const RecipeSurvey> survey);
  /// Of this survey; nothing while there is none.
  void setRecipe(const std::optional<Recipe>& recipe);
  /// The tensor of the checkpoint in that row.
  std::size_t tensorAt(int row) const { return tensor(row).tensor; }
  /// -1: none.
  int rowOf(std::size_t tensorOfCheckpoint) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  const RecipeTensor& tensor(int row) const { return m_survey->tensors[m_rows[std::size_t(row)]]; }
  const RecipeOption* chosen(int row) const;
  const RecipeOption* option(int row, int column) const;
  QString text(int row, int column) const;
  QString exact(int row, int column) const;
  QString toolTip(int row, int column) const;
  QVariant sortKey(int row, int column) const;
  double heat(double error) const;

  std::shared_ptr<const RecipeSurvey> m_survey;
  std::optional<Recipe> m_recipe;
  std::vector<std::size_t> m_rows;     ///< indices into RecipeSurvey::tensors
  std::vector<std::size_t> m_schemes;  ///< of the columns: indices into RecipeSurvey::schemes
  std::vector<QString> m_titles;       ///< of the survey's schemes
  qsizetype m_sharedStart = 0;
  double m_least = 0;  ///< logarithms of the least and the largest error that is none
  double m_most = 0;
};

}  // namespace ulpscope
