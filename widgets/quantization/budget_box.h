// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>

#include "core/recipe/recipe.h"

class QDoubleSpinBox;
class QSlider;

namespace ulpscope {

class PlainLabel;

/// How many bits a weight may take on average, and what the recipe of that budget comes to. The slider's steps are
/// equal ratios.
class BudgetBox final : public QWidget {
  Q_OBJECT

 public:
  explicit BudgetBox(QWidget* parent = nullptr);

  /// Nothing: there is nothing to decide yet.
  void setRange(const std::optional<BitsRange>& range);
  /// Without announcing it; kept within the range, and up to what the box shows.
  void setBudget(double bitsPerWeight);
  double budget() const;
  void showRecipe(const RecipeSurvey& survey, const Recipe& recipe);
  /// In place of a recipe.
  void showSentence(const QString& sentence, bool isRefusal);

 Q_SIGNALS:
  void budgetChanged(double bitsPerWeight);

 private:
  QWidget* buildFigures();
  void moveSlider();

  std::optional<BitsRange> m_range;
  QSlider* m_slider;
  QDoubleSpinBox* m_bits;
  QWidget* m_figures;
  PlainLabel* m_average;
  PlainLabel* m_bytes;
  PlainLabel* m_lost;
  PlainLabel* m_sentence;
  PlainLabel* m_uniform;
};

}  // namespace ulpscope
