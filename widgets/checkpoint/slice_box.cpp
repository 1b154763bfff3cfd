// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/slice_box.h"

#include <QRegularExpression>
#include <QSignalBlocker>
#include <algorithm>
#include <limits>

namespace ulpscope {
namespace {
constexpr int kWhole = -1;
}

SliceBox::SliceBox(QWidget* parent) : QSpinBox(parent) {
  setAccessibleName(tr("Slice"));
  setToolTip(tr("The matrix of the last two dimensions that is shown, by its leading indices"));
  setKeyboardTracking(false);
  setMinimum(kWhole);
  setSpecialValueText(tr("all slices, flattened"));
  setShape({});
}

void SliceBox::setShape(std::vector<std::uint64_t> shape) {
  const QSignalBlocker quiet(this);
  m_shape = std::move(shape);
  const std::uint64_t slices = sliceCount(m_shape);
  constexpr std::uint64_t kMost = std::numeric_limits<int>::max();
  setRange(kWhole, slices > 1 ? static_cast<int>(std::min(slices, kMost) - 1) : kWhole);
  setValue(beginsWithSlices(m_shape) ? 0 : kWhole);
  setVisible(slices > 1);
  updateGeometry();
}

MatrixSlice SliceBox::matrix() const {
  return isWhole() ? wholeMatrix(m_shape) : sliceOf(m_shape, static_cast<std::uint64_t>(value()));
}

void SliceBox::showElement(std::uint64_t element) {
  const MatrixShape matrix = this->matrix().shape;
  if (!isWhole() && matrix.rows * matrix.columns != 0)
    setValue(static_cast<int>(element / (matrix.rows * matrix.columns)));
}

QString SliceBox::textFromValue(int value) const {
  QStringList indices;
  auto rest = static_cast<std::uint64_t>(std::max(0, value));
  for (std::size_t i = m_shape.size() < 2 ? 0 : m_shape.size() - 2; i-- > 0;) {
    indices.prepend(QString::number(rest % m_shape[i]));
    rest /= m_shape[i];
  }
  return tr("slice [%1] of %n", nullptr, maximum() + 1).arg(indices.join(QStringLiteral(", ")));
}

int SliceBox::valueFromText(const QString& text) const {
  static const QRegularExpression numbers(QStringLiteral("\\d+"));
  auto match = numbers.globalMatch(text.section(QLatin1Char(']'), 0, 0));
  std::uint64_t slice = 0;
  std::size_t dimension = 0;
  for (; match.hasNext() && dimension + 2 < m_shape.size(); ++dimension)
    slice = slice * m_shape[dimension] +
            std::min<std::uint64_t>(match.next().captured().toULongLong(), m_shape[dimension] - 1);
  if (dimension == 0) return kWhole;
  for (; dimension + 2 < m_shape.size(); ++dimension) slice *= m_shape[dimension];  // what is not given is 0
  return static_cast<int>(std::min<std::uint64_t>(slice, static_cast<std::uint64_t>(maximum())));
}

QValidator::State SliceBox::validate(QString&, int&) const { return QValidator::Acceptable; }

}  // namespace ulpscope
