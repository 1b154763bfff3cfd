// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <cstdint>
#include <memory>
#include <optional>

#include "widgets/quantization/quantization_study.h"

namespace ulpscope {

class FactList;
class LinkButton;
class TabStack;
class ValueGrid;

/// One weight step by step, the measures of the whole tensor, and original, code, restored and error side by side.
class WeightPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit WeightPanel(QWidget* parent = nullptr);

  /// nullptr: nothing to show.
  void show(const std::shared_ptr<const LoadedTensor>& tensor, const std::shared_ptr<const Measurement>& measurement,
            const TensorInfo* info);
  /// The board of one weight of what is shown; `isSelected`: the user's, else that of the largest error.
  void showBoard(const WeightBoard& board, bool isSelected);
  /// Brings the grid to the front: a worked example is there to be read.
  void preferValues();
  ValueGrid& values() const { return *m_values; }
  QString plainText() const;

 Q_SIGNALS:
  void elementChosen(std::uint64_t element);
  void bitsRequested();
  void stepsRequested();

 private:
  void describe();

  std::optional<std::uint64_t> m_element;
  bool m_isSelected = false;
  std::vector<std::uint64_t> m_shape;
  std::uint64_t m_elements = 0;
  TabStack* m_tabs;
  FactList* m_board;
  FactList* m_summary;
  ValueGrid* m_values;
  LinkButton* m_bits;
  LinkButton* m_steps;
};

}  // namespace ulpscope
