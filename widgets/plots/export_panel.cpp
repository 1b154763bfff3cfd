// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/export_panel.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

namespace ulpscope {
namespace {

QSpinBox* pixels(int value, const QString& name) {
  auto* box = new QSpinBox;
  box->setRange(200, 8000);
  box->setValue(value);
  box->setSuffix(QStringLiteral(" px"));
  box->setAccessibleName(name);
  return box;
}

}  // namespace

ExportPanel::ExportPanel(const QString& title, QSize size, QWidget* parent)
    : QWidget(parent, Qt::Tool),
      m_title(new QLineEdit(title)),
      m_width(pixels(size.width(), tr("Width"))),
      m_height(pixels(size.height(), tr("Height"))),
      m_onWhite(new QCheckBox(tr("On white, for print"))) {
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(tr("Export picture"));
  m_title->setAccessibleName(tr("Title"));
  m_title->setMinimumWidth(320);
  m_onWhite->setChecked(true);
  auto* cancel = new QPushButton(tr("Cancel"));
  auto* save = new QPushButton(tr("Save as PNG, SVG or PDF\u2026"));
  connect(cancel, &QPushButton::clicked, this, &QWidget::close);
  connect(save, &QPushButton::clicked, this, &ExportPanel::choose);

  auto* sides = new QHBoxLayout;
  sides->addWidget(m_width);
  sides->addWidget(m_height);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch();
  buttons->addWidget(cancel);
  buttons->addWidget(save);
  auto* form = new QFormLayout(this);
  form->setContentsMargins(16, 16, 16, 16);
  form->setSpacing(12);
  form->addRow(tr("Title"), m_title);
  form->addRow(tr("Size"), sides);
  form->addRow({}, m_onWhite);
  form->addRow(buttons);
}

void ExportPanel::choose() {
  QString path = QFileDialog::getSaveFileName(this, tr("Export picture"), QStringLiteral("figure.svg"),
                                              tr("SVG (*.svg);;PDF (*.pdf);;PNG (*.png)"));
  if (path.isEmpty()) return;
  if (QFileInfo(path).suffix().isEmpty()) path += QStringLiteral(".png");
  Q_EMIT accepted({.path = path,
                   .size = {m_width->value(), m_height->value()},
                   .title = m_title->text(),
                   .onWhite = m_onWhite->isChecked()});
  close();
}

}  // namespace ulpscope
