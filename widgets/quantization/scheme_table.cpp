// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/scheme_table.h"

#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/text.h"
#include "widgets/frame/labels.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/quantization/fit_columns.h"
#include "widgets/quantization/quantization_text.h"
#include "widgets/quantization/save_table.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

enum Column { kScheme, kBits, kSignal, kOutputs, kRmse, kLargest, kWhy };

constexpr int kWidthForRmse = 310;
constexpr int kWidthForLargest = 390;
constexpr qsizetype kMostReasons = 2;  ///< that are told below the table
constexpr int kWidthOfOutputs = 50;

TableCell numberCell(double value, const QString& text) {
  const bool known = !std::isnan(value);
  return {.text = known ? text : emDash(),
          .exact = known ? QString::fromStdString(shortest(value)) : QString(),
          .key = known ? value : -std::numeric_limits<double>::infinity()};
}

std::vector<TableCell> rowOf(const SchemeComparison& scheme) {
  TableCell title{.text = QString::fromStdString(scheme.title), .exact = {}, .key = {}};
  if (!scheme.error.empty()) {
    title.tone = CellTone::Muted;
    title.exact = shown(scheme.error);
    const TableCell none = numberCell(std::numeric_limits<double>::quiet_NaN(), {});
    return {title, none, none, none, none, none, {.text = shown(scheme.error), .exact = {}, .key = {}}};
  }
  const ErrorMetrics& metrics = scheme.metrics;
  const auto decibel = [](double value) {
    return numberCell(value, std::isfinite(value) ? QString::number(value, 'f', 1) : briefNumber(value));
  };
  return {title,
          numberCell(scheme.bitsPerWeight, QString::number(scheme.bitsPerWeight, 'f', 3)),
          decibel(metrics.signalToNoiseDb),
          decibel(scheme.weightedError ? scheme.weightedError->decibel : std::numeric_limits<double>::quiet_NaN()),
          numberCell(metrics.rootMeanSquaredError, briefNumber(metrics.rootMeanSquaredError)),
          numberCell(metrics.maxAbsoluteError, briefNumber(metrics.maxAbsoluteError)),
          {}};
}

}  // namespace

SchemeTable::SchemeTable(Session& session, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_model(new TableModel({{tr("Scheme"), false, {}},
                              {tr("bpw"), true, tr("True bits per weight: codes, scales and zero points")},
                              {tr("SQNR"), true, tr("Signal to quantization noise, dB")},
                              {tr("Out"), true, tr("Signal to noise of what the layer makes of its inputs, dB")},
                              {tr("RMSE"), true, tr("Root mean squared error")},
                              {tr("Largest"), true, tr("Largest absolute error")},
                              {tr("Why not"), false, {}}},
                             this)),
      m_table(new TableView(tr("All schemes on this tensor"))),
      m_misfits(new PlainLabel({}, TextRole::Note)) {
  m_table->setSource(m_model);
  m_table->setSelectionMode(QAbstractItemView::SingleSelection);
  m_misfits->setWordWrap(true);
  m_misfits->hide();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addWidget(m_table, 1);
  column->addWidget(m_misfits);
  connect(m_table, &TableView::rowChosen, this, [this](int row) { Q_EMIT schemeChosen(m_ids[std::size_t(row)]); });
  showColumns();
}

void SchemeTable::show(const std::vector<SchemeComparison>& schemes, const std::string& chosen) {
  std::vector<std::vector<TableCell>> rows;
  QStringList misfits;
  m_ids.clear();
  for (const SchemeComparison& scheme : schemes) {
    rows.push_back(rowOf(scheme));
    m_ids.push_back(scheme.scheme);
    if (!scheme.error.empty()) misfits << tr("%1: %2").arg(QString::fromStdString(scheme.title), shown(scheme.error));
  }
  m_model->setRows(std::move(rows));
  m_hasOutputs = std::ranges::any_of(schemes, [](const auto& scheme) { return scheme.weightedError.has_value(); });
  showColumns();
  const auto found = std::find(m_ids.begin(), m_ids.end(), chosen);
  if (found != m_ids.end()) m_table->setCurrentSourceRow(int(found - m_ids.begin()));
  m_misfits->setText(
      misfits.size() <= kMostReasons
          ? misfits.join(QLatin1Char('\n'))
          : tr("%1 schemes do not fit: what they ask for stands in the tooltip of each.").arg(misfits.size()));
  m_misfits->setVisible(!misfits.isEmpty());
}

void SchemeTable::showColumns() {
  const int room = width() - (m_hasOutputs ? kWidthOfOutputs : 0);
  m_table->setColumnHidden(kOutputs, !m_hasOutputs);
  m_table->setColumnHidden(kRmse, room < kWidthForRmse);
  m_table->setColumnHidden(kLargest, room < kWidthForLargest);
  m_table->setColumnHidden(kWhy, true);
  fitColumns(*m_table, kScheme);
}

void SchemeTable::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  showColumns();
}

void SchemeTable::openMenu(QWidget* button) {
  openTableMenu(*m_table, *button, tr("Save the table of schemes"), QStringLiteral("schemes.csv"), m_session);
}

void SchemeTable::save(const QString& path) { saveTable(*m_table, path, m_session); }

}  // namespace ulpscope
