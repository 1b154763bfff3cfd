// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "core/formats/number_format.h"

class QCheckBox;
class QComboBox;
class QSpinBox;
class QStackedWidget;

namespace ulpscope {

class PlainLabel;

/// Knobs of the formats that are made from their ids: a float of one's own (custom:), IEEE P3109 (binaryKpP) and
/// CFloat8. Every turn makes a format; one that cannot be is told in a sentence, and the last one stays.
class FormatDesigner final : public QWidget {
  Q_OBJECT

 public:
  explicit FormatDesigner(QWidget* parent = nullptr);

  /// Sets the knobs to that format; hidden for a format that has none.
  void setFormat(const NumberFormat& format);
  /// A layout of one's own to start from, like that of `format` where it is a float.
  static QString idLike(const NumberFormat& format);

 Q_SIGNALS:
  void designed(const QString& id);

 private:
  QWidget* customKnobs();
  QWidget* p3109Knobs();
  QWidget* cfloatKnobs();
  void showCustom(const FloatSpec& spec);
  void design();
  QString id() const;

  QStackedWidget* m_kinds;
  PlainLabel* m_error;
  bool m_quiet = false;

  QCheckBox* m_sign;
  QSpinBox* m_exponent;
  QSpinBox* m_fraction;
  QSpinBox* m_bias;
  QComboBox* m_specials;
  QCheckBox* m_subnormals;
  int m_usualBias = 0;  ///< of the exponent bits before the last turn

  QSpinBox* m_bits;
  QSpinBox* m_precision;
  QComboBox* m_signedness;
  QComboBox* m_domain;

  QComboBox* m_cfloat;
  QSpinBox* m_cfloatBias;
};

}  // namespace ulpscope
