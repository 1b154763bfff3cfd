// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>

#include "widgets/matmul/drift_study.h"
#include "widgets/pages/page.h"

class QSplitter;

namespace ulpscope {

class Card;
class DriftForm;
class DriftTable;
class EngineTicks;
class MapView;
class MeasuredTick;
class PictureCard;
class PlainLabel;
class PlotView;
class TabStack;
class TracePanel;

/// Matrix products as engines compute them, against FP64: error against K with its bounds, the error of each element of
/// C, and one element step by step.
class MatrixPage final : public Page {
  Q_OBJECT

 public:
  explicit MatrixPage(Session& pageSession, QWidget* parent = nullptr);

  void activated() override;
  bool exportFigure() override;
  QString copyText() const override;
  QWidget* filterField() override;

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QWidget* buildTop();
  void layOut();
  /// Short windows have the details on tabs beside the pictures.
  void placeDetails();
  /// Where they are, they have its room, too.
  void placeMap();
  void connectParts();
  void choosePreset(const DriftPreset& preset);
  void ask();
  /// What operands are made of may be others now.
  void follow();
  /// The story of the preset, what tensors are multiplied, or why they cannot be.
  void showWords();
  void showOutcome();
  void showNothing();
  void chooseEngine(std::size_t engine);
  void chooseElement(std::size_t row, std::size_t column);
  void showTrace();

  bool m_isAsked = false;
  std::optional<bool> m_isShort;
  std::size_t m_engine = 0;
  DriftStudy m_study;
  OperandMaterial m_material;
  OperandMaterial::Tensors m_asked;  ///< of the last question

  DriftForm* m_form;
  EngineTicks* m_engines;
  MeasuredTick* m_measured;
  PlainLabel* m_words;
  PlotView* m_curve;
  PlotView* m_ulps;
  MapView* m_map;
  PictureCard* m_curveCard;
  PictureCard* m_ulpsCard;
  PictureCard* m_mapCard;
  TabStack* m_pictures;
  TabStack* m_details;
  Card* m_tableCard;
  Card* m_traceCard;
  DriftTable* m_table;
  TracePanel* m_trace;
};

}  // namespace ulpscope
