// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/recipe_text.h"

#include <QCoreApplication>
#include <cmath>

#include "core/base/text.h"
#include "core/report/recipe_figure.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

QString say(const char* text) { return QCoreApplication::translate("RecipeText", text); }

}  // namespace

QString percent(double share) { return say("%1 %").arg(QString::number(100 * share, 'g', 4)); }

QString briefPercent(double share) {
  const double percents = 100 * share;
  if (percents == 0) return QStringLiteral("0");
  if (percents < 0.00095) {
    const QString text = QString::number(percents, 'e', 0);  // "5e-04"
    return text.left(2) + QString::number(text.sliced(2).toInt());
  }
  const int decimals = percents >= 10 ? 0 : percents >= 1 ? 1 : percents >= 0.1 ? 2 : 3;
  return QString::number(percents, 'f', decimals);
}

QString boundOf(const Recipe& recipe) {
  if (recipe.isExact) return say("No other mix within the budget loses less.");
  return say("No mix within the budget loses less than %1, which is %2 below this one.")
      .arg(percent(recipe.lowerBound), percent(recipe.error - recipe.lowerBound));
}

QString bestUniformOf(const RecipeSurvey& survey, const Recipe& recipe) {
  const UniformPlan* best = nullptr;
  for (const UniformPlan& plan : recipe.uniform)
    if (plan.isWithinBudget && (!best || plan.error < best->error)) best = &plan;
  if (!best)
    return recipe.uniform.empty() ? say("No single scheme fits all tensors.")
                                  : say("No single scheme for all tensors has room in this budget.");
  const SchemeChoice& choice = survey.schemes[best->scheme];
  return say("Best single scheme: %1, %2 bits, %3 lost")
      .arg(qt(briefTitles(std::span(&choice, 1)).front()), QString::number(best->bitsPerWeight, 'f', 4),
           percent(best->error));
}

}  // namespace ulpscope
