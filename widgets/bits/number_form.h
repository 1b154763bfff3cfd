// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "core/formats/number_format.h"
#include "widgets/bits/step.h"

class QComboBox;

namespace ulpscope {

class NumberField;
class PlainLabel;

/// The form of the explorer: format, rounding, overflow, value and code. Text that cannot be read marks its field, says
/// why in one line, and stays as it was typed.
class NumberForm final : public QWidget {
  Q_OBJECT

 public:
  explicit NumberForm(QWidget* parent = nullptr);

  void setFormat(const NumberFormat& format);
  /// What the number on show is; also clears the field's error.
  void setValue(const QString& text);
  void setCode(const QString& text);
  void setValueError(const QString& sentence);
  void setCodeError(const QString& sentence);
  /// A sentence below the fields, while there is no error.
  void setRemark(const QString& sentence);

  Rounding rounding() const;
  Overflow overflow() const;

 Q_SIGNALS:
  void formatPicked(const QString& id);
  void rulesPicked();
  void valueTyped(const QString& text);
  void codeTyped(const QString& text);
  /// Enter, or the field was left, after typing.
  void typingFinished();
  void stepped(ulpscope::Step step);

 private:
  void showMessage();

  QComboBox* m_format;
  QComboBox* m_rounding;
  QComboBox* m_overflow;
  NumberField* m_value;
  NumberField* m_code;
  PlainLabel* m_message;
  QString m_remark;
};

}  // namespace ulpscope
