// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>
#include <optional>

#include "core/calibration/layer_calibration.h"
#include "core/quantization/quantization_report.h"
#include "core/steps/step_board.h"

class QComboBox;
class QListWidget;
class QPlainTextEdit;
class QScrollArea;

namespace ulpscope {

class Backend;
class BoardCanvas;
class ElidedLabel;
class Field;
class LinkButton;
class PlainLabel;

/// A scheme at work on a few numbers, one step after the other: worked examples, the selected tensor where it is small
/// enough, or numbers that were pasted. Left and right, or the list, go through the steps, and within the grids from
/// cell to cell; Escape leaves.
class StepsView final : public QWidget {
  Q_OBJECT

 public:
  explicit StepsView(QWidget* parent = nullptr);
  ~StepsView() override;

  /// The tensor that can be chosen as input; nullptr: none, or one too large.
  void setTensor(const QString& name, const std::shared_ptr<const LoadedTensor>& tensor,
                 const std::shared_ptr<const LayerCalibration>& layer);
  /// To the front: the lesson about `scheme`, where there is one, on the selected tensor where that can be.
  void begin(const std::string& scheme);

  void showStep(int step);
  /// Empty where the input cannot be shown.
  const StepBoard& board() const { return m_board; }
  QString plainText() const;
  /// Asks where the step in front goes as a picture; false where there is none.
  bool exportPicture();

 Q_SIGNALS:
  void left();

 protected:
  bool event(QEvent* event) override;

 private:
  void layOut();
  QWidget* buildChoice();
  QWidget* buildStep();
  void connectParts();
  void offerInputs(const QString& wanted);
  void makeBoard();
  Result<StepInput> input() const;
  Result<StepInput> pastedInput() const;
  StepInput tensorInput() const;
  const StepLesson& lesson() const;
  void go(int by);

  std::unique_ptr<Backend> m_backend;
  StepBoard m_board;
  QString m_tensorName;
  std::shared_ptr<const LoadedTensor> m_tensor;
  std::shared_ptr<const LayerCalibration> m_layer;

  QComboBox* m_lesson;
  QComboBox* m_input;
  QPlainTextEdit* m_matrix;
  QPlainTextEdit* m_inputs;
  Field* m_matrixField;
  Field* m_inputsField;
  PlainLabel* m_note;
  PlainLabel* m_error;
  QListWidget* m_steps;
  QScrollArea* m_scroll;
  PlainLabel* m_title;
  PlainLabel* m_text;
  BoardCanvas* m_canvas;
  PlainLabel* m_place;
  ElidedLabel* m_cell;
  LinkButton* m_previous;
  LinkButton* m_next;
  LinkButton* m_back;
};

}  // namespace ulpscope
