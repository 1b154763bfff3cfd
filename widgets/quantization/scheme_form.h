// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>
#include <string>

#include "core/quantization/scheme.h"

class QAction;
class QLineEdit;
class QVBoxLayout;

namespace ulpscope {

class ParameterForm;
class PlainLabel;
class SchemeList;

/// Which scheme, how its knobs are set, and what it reproduces: the list above, which a field filters, the knobs below
/// it.
class SchemeForm final : public QWidget {
  Q_OBJECT

 public:
  /// `inputs`: what is known of the layer, shown above the knobs; `whatIf`: what is tried, below them.
  SchemeForm(QWidget* inputs, QWidget* whatIf, QWidget* parent = nullptr);

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
  QWidget* buildKnobs(QWidget* inputs, QWidget* whatIf);
  void showPage();

  QLineEdit* m_filter;
  SchemeList* m_list;
  ParameterForm* m_knobs;
  PlainLabel* m_refusal;
  PlainLabel* m_reference;
  QVBoxLayout* m_exports;
  const Scheme* m_scheme = nullptr;
};

}  // namespace ulpscope
