// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QScrollArea>
#include <optional>
#include <string>

#include "core/quantization/scheme.h"

class QAction;
class QVBoxLayout;

namespace ulpscope {

class ParameterForm;
class PlainLabel;
class SchemeList;

/// Which scheme, how its knobs are set, and what it reproduces. Scrolls as a whole where it is too tall.
class SchemeForm final : public QScrollArea {
  Q_OBJECT

 public:
  explicit SchemeForm(QWidget* parent = nullptr);

  void setShape(const std::optional<MatrixShape>& shape);
  /// Shows without announcing.
  void setChosen(const Scheme& scheme, const Settings& settings);
  /// Why the scheme does not fit the tensor; empty: it does.
  void setRefusal(const QString& sentence);
  /// A quiet button for `action` at the foot.
  void addExport(QAction* action);

 Q_SIGNALS:
  void chosen(const std::string& scheme, const ulpscope::Settings& settings);

 private:
  SchemeList* m_list;
  QWidget* m_rule;
  ParameterForm* m_knobs;
  PlainLabel* m_refusal;
  PlainLabel* m_reference;
  QVBoxLayout* m_exports;
  const Scheme* m_scheme = nullptr;
};

}  // namespace ulpscope
