// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/field.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <QWheelEvent>
#include <algorithm>

#include "widgets/forms/quiet_wheel.h"
#include "widgets/frame/labels.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

Field::Field(const QString& name, QWidget* control, QWidget* parent) : QWidget(parent) {
  auto* label = new PlainLabel(name, TextRole::Note);
  label->setBuddy(control);
  if (control->accessibleName().isEmpty()) control->setAccessibleName(name);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addWidget(label);
  column->addWidget(control);
}

QComboBox* comboBox(const QString& name) {
  auto* box = new QuietWheel<QComboBox>;
  box->setAccessibleName(name);
  box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  return box;
}

void makeNarrow(QComboBox& box) {
  constexpr int kLetters = 6;
  constexpr int kFrame = 32;  // px around the text of an entry
  box.setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  box.setMinimumContentsLength(kLetters);
  int widest = 0;
  for (int i = 0; i < box.count(); ++i) widest = std::max(widest, box.fontMetrics().horizontalAdvance(box.itemText(i)));
  box.view()->setMinimumWidth(widest + kFrame);
}

QString currentId(const QComboBox& box) { return box.currentData().toString(); }

void setCurrentId(QComboBox& box, const QString& id) {
  const QSignalBlocker quiet(box);
  if (const int index = box.findData(id); index >= 0) box.setCurrentIndex(index);
}

QLineEdit* numberEdit(const QString& name) {
  auto* edit = new QLineEdit;
  edit->setAccessibleName(name);
  edit->setFont(theme().numbers(13));
  return edit;
}

}  // namespace ulpscope
