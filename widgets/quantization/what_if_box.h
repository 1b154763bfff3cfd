// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "core/quantization/what_if.h"

class QCheckBox;
class QComboBox;
class QSpinBox;

namespace ulpscope {

class Field;

/// What is tried on the tensor: columns and weights that stay in FP16, another rounding of the codes, outliers that are
/// put in.
class WhatIfBox final : public QWidget {
  Q_OBJECT

 public:
  explicit WhatIfBox(QWidget* parent = nullptr);

  WhatIf whatIf() const;

 Q_SIGNALS:
  void edited();

 private:
  void showFields();

  QSpinBox* m_columns;
  QSpinBox* m_elements;
  QComboBox* m_rounding;
  QSpinBox* m_seed;
  QCheckBox* m_inject;
  QSpinBox* m_every;
  QSpinBox* m_factor;
  Field* m_seedField;
  Field* m_everyField;
  Field* m_factorField;
};

}  // namespace ulpscope
