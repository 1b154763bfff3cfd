// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

class QComboBox;
class QLineEdit;

namespace ulpscope {

/// A control with its name above it, as every form of ours has them. The name is also what a screen reader says.
class Field final : public QWidget {
  Q_OBJECT

 public:
  Field(const QString& name, QWidget* control, QWidget* parent = nullptr);
};

/// A combo box whose entries carry an id as their data. It is not changed by a wheel that scrolls past it.
QComboBox* comboBox(const QString& name);
/// Lets a filled box be narrower than its entries, as a narrow form needs it; the list that it opens shows them whole.
void makeNarrow(QComboBox& box);
/// The id of the current entry; empty where there is none.
QString currentId(const QComboBox& box);
/// Selects the entry of that id without a signal; nothing where there is none.
void setCurrentId(QComboBox& box, const QString& id);

/// A line for a number or a code: fixed-width digits.
QLineEdit* numberEdit(const QString& name);

}  // namespace ulpscope
