// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <optional>
#include <string>

#include "widgets/pages/page.h"
#include "widgets/quantization/quantization_study.h"

class QSplitter;
class QStackedLayout;

namespace ulpscope {

class Card;
class ErrorPanel;
class LinkButton;
class Notice;
class PlotView;
class InputsBox;
class SchemeForm;
class SchemeTable;
class StepsView;
class WeightPanel;
class WhatIfBox;

/// The selected tensor through a quantization scheme: what it costs in bits, what error it leaves and where, and how
/// one weight got its code.
class QuantizationPage final : public Page {
  Q_OBJECT

 public:
  explicit QuantizationPage(Session& pageSession, QWidget* parent = nullptr);

  void activated() override;
  bool exportFigure() override;
  QString copyText() const override;

  /// Write what would be stored, and what it decodes to, as .npy of the tensor's shape. An existing file is replaced,
  /// but none of an open checkpoint; a failure is reported in the strip.
  void exportCodes(const QString& path);
  void exportRestored(const QString& path);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void layOut();
  void connectParts();
  void addExports();
  void addSteps();
  /// Narrow windows have the table beside the first plot only.
  void placeTable();
  std::array<QSplitter*, 4> splitters() const { return {m_columns, m_rows, m_top, m_bottom}; }
  /// Where the user's place of a splitter is kept.
  QString placeKey(const QSplitter& split) const;

  void follow();
  void showTensor();
  /// The tensor, the notice in its place, or the step-by-step boards.
  void showFront();
  void showSteps(bool isShown);
  void showMeasurement();
  void showComparison();
  void showNote();
  void showInputs();
  QString inputsNote() const;
  QString whatIfNote() const;
  void explain();
  void showGlance(const WeightBoard& board);
  void clickPart(const MatrixPart& part);
  void choose(const std::string& scheme, const Settings& settings);
  void chooseTitled(std::size_t series, std::size_t point);

  QuantizationStudy m_study;
  Task m_exporting;
  std::optional<bool> m_isNarrow;
  bool m_isNewTensor = false;
  QPoint m_pointedAt;         ///< on the screen
  std::string m_shownScheme;  ///< in picture and table

  bool m_showsSteps = false;

  QStackedLayout* m_stack;
  Notice* m_notice;
  QSplitter* m_columns;
  QSplitter* m_rows;
  QSplitter* m_top;
  QSplitter* m_bottom;
  Card* m_sizeCard;
  Card* m_tableCard;
  InputsBox* m_inputs;
  WhatIfBox* m_whatIf;
  SchemeForm* m_form;
  PlotView* m_sizePlot;
  ErrorPanel* m_errors;
  WeightPanel* m_weights;
  SchemeTable* m_table;
  StepsView* m_steps;
  LinkButton* m_basis;
  LinkButton* m_restart;
  bool m_ofOutputs = false;  ///< what the picture shows where both are known
};

}  // namespace ulpscope
