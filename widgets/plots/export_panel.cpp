// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/export_panel.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

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

ExportPanel::ExportPanel(const QString& title, QSize size, Save save, QWidget* parent)
    : QWidget(parent, Qt::Tool),
      m_save(std::move(save)),
      m_title(new QLineEdit(title)),
      m_width(pixels(size.width(), tr("Width"))),
      m_height(pixels(size.height(), tr("Height"))),
      m_onWhite(new QCheckBox(tr("On white, for print"))),
      m_failure(new QLabel) {
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(tr("Export picture"));
  m_title->setAccessibleName(tr("Title"));
  m_title->setMinimumWidth(320);
  m_onWhite->setChecked(true);
  auto* cancel = new QPushButton(tr("Cancel"));
  auto* choose = new QPushButton(tr("Save as PNG, SVG or PDF\u2026"));
  connect(cancel, &QPushButton::clicked, this, &QWidget::close);
  connect(choose, &QPushButton::clicked, this, &ExportPanel::choose);

  auto* sides = new QHBoxLayout;
  sides->addWidget(m_width);
  sides->addWidget(m_height);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch();
  buttons->addWidget(cancel);
  buttons->addWidget(choose);
  auto* form = new QFormLayout(this);
  form->setContentsMargins(16, 16, 16, 16);
  form->setSpacing(12);
  form->addRow(tr("Title"), m_title);
  form->addRow(tr("Size"), sides);
  form->addRow({}, m_onWhite);
  form->addRow(m_failure);
  form->addRow(buttons);
  m_failure->setTextFormat(Qt::PlainText);
  m_failure->setWordWrap(true);
  m_failure->setAccessibleName(tr("Why the picture was not saved"));
  m_failure->hide();
}

void ExportPanel::choose() {
  QString path = QFileDialog::getSaveFileName(this, tr("Export picture"), QStringLiteral("figure.svg"),
                                              tr("SVG (*.svg);;PDF (*.pdf);;PNG (*.png)"));
  if (path.isEmpty()) return;
  if (QFileInfo(path).suffix().isEmpty()) path += QStringLiteral(".png");
  saveTo(path);
}

void ExportPanel::saveTo(const QString& path) {
  const auto saved = m_save({.path = path,
                             .size = {m_width->value(), m_height->value()},
                             .title = m_title->text(),
                             .onWhite = m_onWhite->isChecked()});
  if (saved) {
    close();
    return;
  }
  QPalette palette = m_failure->palette();
  palette.setColor(QPalette::WindowText, theme().colors().bad);
  m_failure->setPalette(palette);
  m_failure->setText(tr("It was not saved: %1").arg(qt(describe(saved.error()))));
  m_failure->show();
}

}  // namespace ulpscope
