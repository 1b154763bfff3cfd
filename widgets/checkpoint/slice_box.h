// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QSpinBox>
#include <vector>

#include "core/analysis/matrix_slice.h"

namespace ulpscope {

/// Chooses the matrix of a tensor that is shown: one of its slices by their leading indices, "slice [3, 1]", or all of
/// them flattened. Hidden where there is nothing to choose.
class SliceBox final : public QSpinBox {
  Q_OBJECT

 public:
  explicit SliceBox(QWidget* parent = nullptr);

  /// Begins with the first slice, or with all of them where slices are tiny (beginsWithSlices()).
  void setShape(std::vector<std::uint64_t> shape);
  MatrixSlice matrix() const;
  bool isWhole() const { return value() < 0; }
  void showWhole() { setValue(minimum()); }
  /// The slice of an element; nothing changes while all of them are shown.
  void showElement(std::uint64_t element);

 protected:
  QString textFromValue(int value) const override;
  int valueFromText(const QString& text) const override;
  QValidator::State validate(QString& text, int& position) const override;

 private:
  std::vector<std::uint64_t> m_shape;
};

}  // namespace ulpscope
