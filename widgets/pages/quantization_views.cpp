// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/quantization_views.h"

#include <QAction>
#include <QVBoxLayout>

#include "widgets/pages/quantization_page.h"
#include "widgets/quantization/model_view.h"
#include "widgets/quantization/tab_stack.h"

namespace ulpscope {

QuantizationViews::QuantizationViews(Session& pageSession, QWidget* parent)
    : Page(pageSession, parent),
      m_tensor(new QuantizationPage(pageSession)),
      m_model(new ModelView(pageSession)),
      m_views(new TabStack(tr("One tensor, or the whole model"))) {
  m_tensor->setProperty("viewId", QStringLiteral("tensor"));
  m_model->setProperty("viewId", QStringLiteral("model"));
  m_views->addTab(tr("This tensor"), m_tensor);
  m_views->addTab(tr("Whole model"), m_model);
  m_views->setNote({});
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_views);
  addActions(m_tensor->actions());
  for (QWidget* view : {static_cast<QWidget*>(m_tensor), static_cast<QWidget*>(m_model)}) {
    auto* action = new QAction(view == m_model ? tr("Quantize the whole model") : tr("Quantize this tensor"), this);
    connect(action, &QAction::triggered, this, [this, view] { m_views->choose(view); });
    addAction(action);
  }
  for (QAction* action : m_tensor->actions())  // from the palette, too, where the model is in front
    connect(action, &QAction::triggered, this, [this] { m_views->setCurrent(m_tensor); });
  m_views->rememberChoice(QStringLiteral("quantization/view"));
  connect(m_views, &TabStack::currentChanged, this, &QuantizationViews::activated);
}

bool QuantizationViews::isOfModel() const { return m_views->current() == m_model; }

void QuantizationViews::activated() {
  if (isOfModel())
    m_model->activated();
  else
    m_tensor->activated();
}

bool QuantizationViews::exportFigure() { return isOfModel() ? m_model->exportFigure() : m_tensor->exportFigure(); }

QString QuantizationViews::copyText() const { return isOfModel() ? m_model->copyText() : m_tensor->copyText(); }

}  // namespace ulpscope
