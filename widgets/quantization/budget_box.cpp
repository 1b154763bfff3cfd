// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/budget_box.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/text.h"
#include "widgets/frame/labels.h"
#include "widgets/quantization/recipe_text.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kFigurePx = 20;
constexpr int kSteps = 400;  ///< of the slider
constexpr double kMostBits = 64;

/// To the two decimals of the box, and never to less than there is room for.
double upToShown(double bits) { return std::ceil(bits * 100 - 1e-9) / 100; }

}  // namespace

BudgetBox::BudgetBox(QWidget* parent)
    : QWidget(parent),
      m_slider(new QSlider(Qt::Horizontal)),
      m_bits(new QDoubleSpinBox),
      m_average(new PlainLabel({}, TextRole::Number)),
      m_bytes(new PlainLabel({}, TextRole::Number)),
      m_lost(new PlainLabel({}, TextRole::Number)),
      m_sentence(new PlainLabel),
      m_uniform(new PlainLabel({}, TextRole::Muted)) {
  setFocusProxy(m_slider);
  m_slider->setRange(0, kSteps);
  m_slider->setPageStep(kSteps / 20);
  m_slider->setAccessibleName(tr("Budget, from the fewest bits to the most"));
  m_bits->setAccessibleName(tr("Bits per weight on average"));
  m_bits->setFont(theme().numbers(13));
  m_bits->setDecimals(2);
  m_bits->setSingleStep(0.1);
  m_bits->setRange(0, kMostBits);
  m_bits->setKeyboardTracking(false);
  auto* row = new QHBoxLayout;
  row->setSpacing(12);
  row->addWidget(m_slider, 1);
  row->addWidget(m_bits);
  row->addWidget(new PlainLabel(tr("bits per weight"), TextRole::Muted));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addLayout(row);
  m_figures = buildFigures();
  column->addWidget(m_figures);
  for (PlainLabel* label : {m_sentence, m_uniform}) {
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(label);
  }
  connect(m_bits, &QDoubleSpinBox::valueChanged, this, [this](double bits) {
    moveSlider();
    Q_EMIT budgetChanged(bits);
  });
  connect(m_slider, &QSlider::valueChanged, this, [this](int step) {
    if (!m_range) return;
    const double bits = m_range->least * std::pow(m_range->most / m_range->least, double(step) / kSteps);
    m_bits->setValue(step == 0 ? m_bits->minimum() : bits);
  });
  setRange({});
}

QWidget* BudgetBox::buildFigures() {
  auto* figures = new QWidget;
  auto* row = new QHBoxLayout(figures);
  row->setContentsMargins(0, 4, 0, 0);
  row->setSpacing(24);
  const std::pair<PlainLabel*, QString> all[] = {
      {m_average, tr("bits per weight")}, {m_bytes, tr("all tensors")}, {m_lost, tr("lost on average")}};
  for (const auto& [figure, caption] : all) {
    const auto enlarge = [figure] { figure->setFont(theme().numbers(kFigurePx)); };
    connect(&theme(), &Theme::changed, figure, enlarge);
    enlarge();
    figure->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(figure);
    column->addWidget(new PlainLabel(caption, TextRole::Note));
    row->addLayout(column);
  }
  row->addStretch();
  return figures;
}

double BudgetBox::budget() const { return m_bits->value(); }

void BudgetBox::setRange(const std::optional<BitsRange>& range) {
  m_range = range;
  m_slider->setEnabled(range.has_value());
  m_bits->setEnabled(range.has_value());
  if (!range) return;
  // What the box shows has room for the least.
  const QSignalBlocker quiet(m_bits);
  const double before = m_bits->value();
  m_bits->setRange(upToShown(range->least), upToShown(range->most));
  m_bits->setValue(before);
  moveSlider();
}

void BudgetBox::setBudget(double bitsPerWeight) {
  const double shown = std::clamp(upToShown(bitsPerWeight), m_bits->minimum(), m_bits->maximum());
  if (shown == m_bits->value()) return;  // and what is being typed stays
  const QSignalBlocker quiet(m_bits);
  m_bits->setValue(shown);
  moveSlider();
}

void BudgetBox::moveSlider() {
  if (!m_range || m_slider->isSliderDown()) return;
  const double ratio = std::log(m_range->most / m_range->least);
  const double share = ratio > 0 ? std::log(m_bits->value() / m_range->least) / ratio : 0;
  const QSignalBlocker quiet(m_slider);
  m_slider->setValue(static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kSteps)));
}

void BudgetBox::showRecipe(const RecipeSurvey& survey, const Recipe& recipe) {
  m_average->setText(QString::number(recipe.bitsPerWeight, 'f', 4));
  m_bytes->setText(qt(humanBytes(recipe.totalBytes)));
  m_lost->setText(percent(recipe.error));
  m_sentence->setRole(TextRole::Body);
  m_sentence->setText(boundOf(recipe));
  m_uniform->setText(bestUniformOf(survey, recipe));
  m_figures->show();
  m_uniform->show();
}

void BudgetBox::showSentence(const QString& sentence, bool isRefusal) {
  m_sentence->setRole(isRefusal ? TextRole::Bad : TextRole::Muted);
  m_sentence->setText(sentence);
  m_figures->hide();
  m_uniform->hide();
}

}  // namespace ulpscope
