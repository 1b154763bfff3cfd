// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/recipe/recipe.h"

class QAbstractItemDelegate;

namespace ulpscope {

class RecipeTableModel;
class TableView;

/// Tensors by schemes as a heat map of the error, which a click on a title ranks by it; the recipe's choices are
/// framed. What there is no room for is scrolled to, and copied all the same.
class RecipeTable final : public QWidget {
  Q_OBJECT

 public:
  explicit RecipeTable(QWidget* parent = nullptr);

  /// As RecipeTableModel has them.
  void showSurvey(const std::shared_ptr<const RecipeSurvey>& survey, const std::vector<std::uint32_t>& nameRanks);
  void showRecipe(const std::shared_ptr<const RecipeSurvey>& planned, const std::optional<Recipe>& recipe);
  /// Of the checkpoint; none: nothing is selected.
  void setCurrentTensor(std::optional<std::size_t> tensor);
  TableView& table() const { return *m_table; }

 Q_SIGNALS:
  void tensorChosen(std::size_t tensor);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void fit();

  RecipeTableModel* m_model;
  TableView* m_table;
  QAbstractItemDelegate* m_heat;
  std::optional<std::size_t> m_current;
};

}  // namespace ulpscope
