// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/value_grid.h"

#include <QHBoxLayout>
#include <QHelpEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/quantization/fit_columns.h"
#include "widgets/quantization/quantization_text.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

/// As the worked examples are written; every digit is in the tooltip and in copies.
constexpr int kDigits = 5;

TableCell floatCell(float value) {
  const QString exact = QString::fromStdString(shortest(value));
  if (!std::isfinite(value)) return {.text = exact, .exact = {}, .key = value, .tone = CellTone::Special};
  return {.text = QString::number(double(value), 'g', kDigits), .exact = exact, .key = value};
}

TableCell errorCell(double error) {
  TableCell cell{.text = briefNumber(error),
                 .exact = QString::fromStdString(shortest(error)),
                 .key = error,
                 .tone = error == 0 ? CellTone::Muted : CellTone::Bad};
  if (!std::isfinite(error)) cell.tone = CellTone::Special;
  return cell;
}

int codeNumber(const QuantizedTensor& tensor, std::uint64_t element) {
  const std::uint8_t code = tensor.codes[element];
  return tensor.signedCodes ? static_cast<std::int8_t>(code) : code;
}

}  // namespace

ValueGrid::ValueGrid(QWidget* parent)
    : QWidget(parent),
      m_model(new TableModel({{tr("Weight"), false, tr("Position in the tensor")},
                              {tr("Original"), true, {}},
                              {tr("Code"), true, tr("As it is stored")},
                              {tr("Restored"), true, {}},
                              {tr("Error"), true, tr("Restored \u2212 original")}},
                             this)),
      m_table(new TableView(tr("Original and restored values"))),
      m_pager(new QWidget),
      m_place(new PlainLabel({}, TextRole::Note)),
      m_previous(new LinkButton(tr("previous"))),
      m_next(new LinkButton(tr("next"))) {
  m_table->setSource(m_model);
  m_table->viewport()->installEventFilter(this);
  auto* pager = new QHBoxLayout(m_pager);
  pager->setContentsMargins(0, 0, 0, 0);
  pager->addWidget(m_place, 1);
  pager->addWidget(m_previous);
  pager->addWidget(m_next);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addWidget(m_table, 1);
  column->addWidget(m_pager);
  connect(m_previous, &LinkButton::clicked, this, [this] { turnTo(m_page - 1); });
  connect(m_next, &LinkButton::clicked, this, [this] { turnTo(m_page + 1); });
  connect(m_table, &TableView::rowChosen, this, [this](int row) {
    m_element = m_page * kPageSize + std::uint64_t(row);
    Q_EMIT elementChosen(m_element);
  });
}

void ValueGrid::show(const std::shared_ptr<const LoadedTensor>& tensor,
                     const std::shared_ptr<const Measurement>& measurement, const std::vector<std::uint64_t>& shape) {
  m_tensor = tensor;
  m_measurement = measurement;
  m_shape = shape;
  turnTo(std::min(m_page, size() / kPageSize));
}

void ValueGrid::showElement(std::uint64_t element) {
  m_element = element;
  const std::uint64_t page = element / kPageSize;
  if (page != m_page) return turnTo(page);
  if (!m_isStale) m_table->setCurrentSourceRow(int(element % kPageSize));
}

void ValueGrid::turnTo(std::uint64_t page) {
  m_page = page;
  m_isStale = true;
  if (isVisible()) fill();
}

void ValueGrid::showEvent(QShowEvent* event) {
  if (m_isStale) fill();
  QWidget::showEvent(event);
}

bool ValueGrid::eventFilter(QObject* watched, QEvent* event) {
  if (watched != m_table->viewport() || event->type() != QEvent::ToolTip) return QWidget::eventFilter(watched, event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const int row = m_table->sourceRowAt(help->pos());
  if (row < 0) return QWidget::eventFilter(watched, event);
  Q_EMIT elementPointedAt(m_page * kPageSize + std::uint64_t(row), help->globalPos());
  return true;
}

void ValueGrid::fill() {
  m_isStale = false;
  const std::uint64_t first = m_page * kPageSize;
  const std::uint64_t end = std::min(size(), first + kPageSize);
  std::vector<std::vector<TableCell>> rows;
  for (std::uint64_t i = first; i < end; ++i) {
    const QuantizedTensor& quantized = m_measurement->report.quantized;
    const float original = m_tensor->values[i];
    const float restored = quantized.restored[i];
    const int code = codeNumber(quantized, i);
    rows.push_back({{.text = positionText(m_shape, i), .exact = {}, .key = double(i)},
                    floatCell(original),
                    {.text = QString::number(code), .exact = {}, .key = code},
                    floatCell(restored),
                    errorCell(double(restored) - double(original))});
  }
  m_model->setRows(std::move(rows));
  fitColumns(*m_table, -1);
  if (m_element >= first && m_element < end) m_table->setCurrentSourceRow(int(m_element - first));
  m_pager->setVisible(size() > kPageSize);
  m_place->setText(tr("%1 to %2 of %3").arg(grouped(first + 1), grouped(end), grouped(size())));
  m_previous->setEnabled(m_page > 0);
  m_next->setEnabled(end < size());
}

}  // namespace ulpscope
