// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/inputs_panel.h"

#include <QComboBox>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/forms/field.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/fact_list.h"
#include "widgets/quantization/quantization_text.h"

namespace ulpscope {
namespace {

Fact factOf(const ActivationRange& range, int bits) {
  return {.name = QString::fromStdString(range.title),
          .text = InputsPanel::tr("%1 to %2").arg(briefNumber(range.low), briefNumber(range.high)),
          .note = InputsPanel::tr("clips %1 % of the numbers, %2 dB with %3 bits")
                      .arg(briefNumber(100 * range.clipped), briefNumber(range.signalToNoiseDb))
                      .arg(bits)};
}

Fact factOf(const DynamicRange& range, int bits) {
  return {.name = QString::fromStdString(range.title),
          .text = InputsPanel::tr("%1 to %2").arg(briefNumber(range.least), briefNumber(range.largest)),
          .note = InputsPanel::tr("dynamic: median %1, clips nothing, %2 dB with %3 bits")
                      .arg(briefNumber(range.median), briefNumber(range.signalToNoiseDb))
                      .arg(bits)};
}

}  // namespace

InputsPanel::InputsPanel(QWidget* parent)
    : QWidget(parent),
      m_range(comboBox(tr("Range of the inputs"))),
      m_plot(new PlotView),
      m_ranges(new FactList(tr("Ranges of the inputs"))) {
  m_plot->setAccessibleName(tr("Inputs of the layer"));
  auto* parts = new QSplitter(Qt::Vertical);
  parts->setObjectName(QStringLiteral("inputsAndRanges"));
  parts->setChildrenCollapsible(false);
  parts->addWidget(m_plot);
  parts->addWidget(m_ranges);
  parts->setStretchFactor(0, 1);
  parts->setSizes({300, 120});
  keepPlace(*parts, QStringLiteral("quantization/inputsAndRanges"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addWidget(m_range);
  column->addWidget(parts);
  connect(m_range, &QComboBox::currentIndexChanged, this, &InputsPanel::draw);
}

void InputsPanel::draw() {
  if (!m_survey) return;
  const std::string id = currentId(*m_range).toStdString();
  const auto chosen = std::ranges::find(m_survey->ranges, id, &ActivationRange::id);
  m_plot->show(activationFigure(m_layer, *m_survey, chosen == m_survey->ranges.end() ? nullptr : &*chosen));
}

void InputsPanel::show(const QString& layer, const std::shared_ptr<const ActivationSurvey>& survey,
                       const QString& why) {
  m_survey = survey;
  m_layer = layer.toStdString();
  m_range->setVisible(survey != nullptr);
  if (!survey) {
    m_plot->clear();
    return m_ranges->setFacts({{.name = why, .text = {}}});
  }
  const QString before = currentId(*m_range);
  {
    const QSignalBlocker quiet(m_range);
    m_range->clear();
    m_range->addItem(tr("All ranges"), QStringLiteral("all"));
    for (const ActivationRange& range : survey->ranges)
      m_range->addItem(QString::fromStdString(range.title), QString::fromStdString(range.id));
    makeNarrow(*m_range);
    setCurrentId(*m_range, before);
  }
  draw();
  std::vector<Fact> facts;
  for (const ActivationRange& range : survey->ranges) facts.push_back(factOf(range, survey->bits));
  for (const DynamicRange& range : survey->dynamic) facts.push_back(factOf(range, survey->bits));
  m_ranges->setFacts(std::move(facts));
}

}  // namespace ulpscope
