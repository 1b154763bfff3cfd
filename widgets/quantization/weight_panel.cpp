// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/weight_panel.h"

#include <QVBoxLayout>

#include "core/base/text.h"
#include "core/steps/step_board.h"
#include "widgets/frame/link_button.h"
#include "widgets/quantization/fact_list.h"
#include "widgets/quantization/quantization_text.h"
#include "widgets/quantization/tab_stack.h"
#include "widgets/quantization/value_grid.h"
#include "widgets/session/text.h"

namespace ulpscope {

WeightPanel::WeightPanel(QWidget* parent)
    : QWidget(parent),
      m_tabs(new TabStack(tr("Weights"))),
      m_board(new FactList(tr("One weight"))),
      m_summary(new FactList(tr("Measures of the error"))),
      m_values(new ValueGrid),
      m_bits(new LinkButton(tr("show bits"), LinkButton::Tone::Accent)),
      m_steps(new LinkButton(tr("step by step"), LinkButton::Tone::Accent)) {
  m_tabs->addTab(tr("One weight"), m_board);
  m_tabs->addTab(tr("Summary"), m_summary);
  m_tabs->addTab(tr("Values"), m_values);
  m_board->setProperty("viewId", QStringLiteral("weight"));
  m_summary->setProperty("viewId", QStringLiteral("errorsummary"));
  m_values->setProperty("viewId", QStringLiteral("restored"));
  m_tabs->rememberChoice(QStringLiteral("quantization/weights"));
  m_tabs->addToNote(m_bits);
  m_tabs->addToNote(m_steps);
  m_steps->setToolTip(tr("How a scheme works, with every number of this tensor"));
  m_bits->setToolTip(tr("Show the bits of this weight, as it is stored"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_tabs);
  connect(m_tabs, &TabStack::currentChanged, this, &WeightPanel::describe);
  connect(m_values, &ValueGrid::elementChosen, this, &WeightPanel::elementChosen);
  connect(m_bits, &LinkButton::clicked, this, [this] {
    if (!m_element) return;
    Q_EMIT elementChosen(*m_element);
    Q_EMIT bitsRequested();
  });
  connect(m_steps, &LinkButton::clicked, this, &WeightPanel::stepsRequested);
  describe();
}

void WeightPanel::show(const std::shared_ptr<const LoadedTensor>& tensor,
                       const std::shared_ptr<const Measurement>& measurement, const TensorInfo* info) {
  const bool has = tensor && measurement && info;
  m_shape = info ? info->shape : std::vector<std::uint64_t>();
  m_elements = has ? info->elements : 0;
  if (!has) {
    m_element.reset();
    m_board->setFacts({});
  }
  m_summary->setFacts(has ? summaryOf(measurement->report, *info, measurement->siblings) : std::vector<Fact>());
  m_values->show(has ? tensor : nullptr, has ? measurement : nullptr, m_shape);
  describe();
}

void WeightPanel::showBoard(const WeightBoard& board, bool isSelected) {
  m_element = board.element;
  m_isSelected = isSelected;
  m_board->setFacts(factsOf(board.lines));
  m_values->showElement(board.element);
  describe();
}

void WeightPanel::preferValues() { m_tabs->setCurrent(m_values); }

QString WeightPanel::plainText() const {
  return m_tabs->current() == m_summary ? m_summary->plainText() : m_board->plainText();
}

void WeightPanel::describe() {
  const bool isBoard = m_tabs->current() == m_board;
  m_bits->setVisible(isBoard);
  m_bits->setEnabled(m_element.has_value());
  const bool isSmall = m_elements > 0 && m_elements <= kMostStepValues;
  m_steps->setVisible(isSmall);
  if (m_tabs->current() == m_values && isSmall)
    return m_tabs->setNote(QString::fromStdString(counted(m_elements, "number")));
  if (!isBoard || !m_element) return m_tabs->setNote({});
  const QString position = positionText(m_shape, *m_element);
  m_tabs->setNote(m_isSelected ? position : tr("%1, the largest error").arg(position));
}

}  // namespace ulpscope
