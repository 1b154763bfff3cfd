// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "core/quantization/scheme.h"

class QVBoxLayout;

namespace ulpscope {

/// The knobs of a scheme, made from its parameters: a choice becomes a combo box, a number a spin box.
class ParameterForm final : public QWidget {
  Q_OBJECT

 public:
  explicit ParameterForm(QWidget* parent = nullptr);

  /// Builds the controls; `settings` may leave knobs out, which then show their defaults.
  void show(const SchemeInfo& scheme, const Settings& settings);
  const Settings& settings() const { return m_settings; }

 Q_SIGNALS:
  void edited();

 private:
  QWidget* control(const Parameter& parameter);
  void set(const std::string& id, const std::string& value);

  Settings m_settings;
  QVBoxLayout* m_column;
};

}  // namespace ulpscope
