// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "core/formats/stochastic_odds.h"
#include "widgets/bits/explored_number.h"
#include "widgets/bits/step.h"

class QComboBox;
class QHBoxLayout;

namespace ulpscope {

class DrawRow;
class ElidedLabel;
class FormatPicker;
class NumberField;

/// The form of the explorer: format, rounding, overflow, whose conversion to follow instead, value and code, and below
/// it what is to be said about them. Text that cannot be read marks its field, says why in one line, and stays as it
/// was typed.
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
  /// Why a number written elsewhere on the page was not taken; gone with the next number.
  void setOtherError(const QString& sentence);
  /// A sentence below the fields, while there is no error.
  void setRemark(const QString& sentence);
  /// Shows the draw with stochastic rounding, and only then.
  void setOdds(const NumberFormat& format, const StochasticOdds& odds);
  /// A control at the right of the sentence.
  void addToRemark(QWidget* control);

  StorageRules rules() const;

 Q_SIGNALS:
  void formatPicked(const QString& id);
  /// The same, of a format whose knobs the user wants to turn.
  void designPicked(const QString& id);
  void rulesPicked();
  void valueTyped(const QString& text);
  void codeTyped(const QString& text);
  /// Enter, or the field was left, after typing.
  void typingFinished();
  void stepped(ulpscope::Step step);

 private:
  void layOut();
  void connectParts();
  void showDraw();
  void showMessage();

  FormatPicker* m_format;
  QComboBox* m_rounding;
  QComboBox* m_overflow;
  QComboBox* m_like;
  NumberField* m_value;
  NumberField* m_code;
  DrawRow* m_draw;
  ElidedLabel* m_message;
  QHBoxLayout* m_remarkRow;
  QString m_remark;
  QString m_otherError;
};

}  // namespace ulpscope
