// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>
#include <string>

#include "core/formats/arithmetic.h"

class QComboBox;
class QTextBrowser;

namespace ulpscope {

class Field;
class NumberField;
class PlainLabel;

/// Arithmetic with the number on show: it is the first operand, the others are typed. The result, its error, and the
/// steps with the bits aligned, to read, select and copy.
class ArithmeticCard final : public QWidget {
  Q_OBJECT

 public:
  explicit ArithmeticCard(QWidget* parent = nullptr);

  /// The first operand as text, and where and how it is calculated.
  void setNumber(FormatPointer format, const std::string& value, const RoundingChoice& rounding, Overflow overflow);

  /// nullopt while something cannot be read, or has no result.
  const std::optional<Calculation>& calculation() const { return m_calculation; }
  QString plainText() const;

 private:
  void calculateAgain();
  void showCalculation();
  void showError(const Error& error);
  void renderSteps();
  void copyMenu(QWidget* button);

  FormatPointer m_format;
  std::string m_value;
  RoundingChoice m_rounding;
  Overflow m_overflow = Overflow::Format;
  std::optional<Calculation> m_calculation;

  QComboBox* m_operation;
  PlainLabel* m_first;
  NumberField* m_second;
  NumberField* m_third;
  Field* m_secondField;
  Field* m_thirdField;
  PlainLabel* m_result;
  PlainLabel* m_note;
  QTextBrowser* m_steps;
};

}  // namespace ulpscope
