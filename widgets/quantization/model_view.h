// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <functional>

#include "widgets/quantization/model_study.h"

class QSplitter;
class QStackedLayout;

namespace ulpscope {

class BudgetBox;
class Card;
class LinkButton;
class ModelForm;
class Notice;
class PlainLabel;
class PlotView;
class RecipeTable;

/// All tensors of the selected checkpoint in many schemes: what each loses in each, the recipe of a budget, and the
/// file with which a tool carries it out. Nothing is measured before it is asked for.
class ModelView final : public QWidget {
  Q_OBJECT

 public:
  explicit ModelView(Session& session, QWidget* parent = nullptr);

  /// The view has come to the front.
  void activated() { follow(); }
  /// As ModelForm::setTarget().
  void setTarget(const QString& id);
  void measure() { m_study.measure(); }
  const ModelStudy& study() const { return m_study; }
  bool exportFigure();
  /// The table, as tab-separated text.
  QString copyText() const;

  /// Writes the target's file. An existing one is replaced, but none of an open checkpoint; a failure is reported in
  /// the strip. Nothing without a target or a recipe.
  void exportRecipe(const QString& path);
  void copyRecipe();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void layOut();
  QWidget* buildBudget();
  QWidget* buildTable();
  void connectParts();
  void follow();
  void ask();
  /// The user's budget, also the one of the next run.
  void spend(double bitsPerWeight);
  void showSurvey();
  void showNotes();
  void showPlan();
  void askAndExportRecipe();
  /// The target's file, made in the background.
  std::function<Result<std::string>(const JobContext&)> fileMaker() const;
  /// How the tool takes the recipe, behind the name of the file that was written of it.
  void showUsage();
  bool hasFile() const { return m_study.question().target && m_study.recipe(); }

  Session& m_session;
  ModelStudy m_study;
  Task m_exporting;
  Task m_copying;
  QStackedLayout* m_stack;
  Notice* m_notice;
  QSplitter* m_columns;
  QSplitter* m_rows;
  bool m_isPlaced = false;
  ModelForm* m_form;
  BudgetBox* m_budget;
  double m_wish;  ///< the user's budget, whatever there is room for
  LinkButton* m_export;
  LinkButton* m_copy;
  PlainLabel* m_usage;
  QString m_saved;  ///< the file that this recipe was written to
  LinkButton* m_savePlot;
  LinkButton* m_saveTable;
  Card* m_plotCard;
  PlotView* m_plot;
  Card* m_tableCard;
  QStackedLayout* m_tableStack;
  PlainLabel* m_hint;
  RecipeTable* m_table;
  std::shared_ptr<const RecipeSurvey> m_shownSurvey;  ///< in the table
};

}  // namespace ulpscope
