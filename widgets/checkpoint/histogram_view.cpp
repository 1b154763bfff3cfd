// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/histogram_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSplitter>
#include <QVBoxLayout>

#include "core/analysis/find_element.h"
#include "core/analysis/outliers.h"
#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "core/report/figures.h"
#include "core/report/histogram_figure.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/plots/plot_view.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

QComboBox* combo(const QString& name, const QStringList& items) {
  auto* box = new QComboBox;
  box->setAccessibleName(name);
  box->addItems(items);
  return box;
}

/// Every finite value but zero of a format of up to 8 bits. Those of wider ones would fill the axis.
std::vector<double> tickValues(const NumberFormat& format) {
  std::vector<double> values;
  for (std::uint64_t code = 0; code < std::uint64_t{1} << format.info().codeBits; ++code)
    if (const Unrounded value = format.decode(code); value.kind == Unrounded::Kind::Finite)
      values.push_back(toDouble(value));
  return values;
}

/// The first element whose magnitude lies in the range; positive ones are looked for first.
Result<std::optional<std::uint64_t>> findMagnitude(const TensorSource& source, double lower, double upper,
                                                   const JobContext& job) {
  auto found = findInRange(source, lower, upper, job);
  if (!found || *found) return found;
  return findInRange(source, -upper, -lower, job);
}

}  // namespace

HistogramView::HistogramView(Session& session, QWidget* parent)
    : TensorView(session, parent),
      m_axis(combo(tr("Axes"), {tr("linear"), tr("logarithmic count"), tr("exponent")})),
      m_range(combo(tr("Range"), {tr("without the tails"), tr("all values")})),
      m_ticks(combo(tr("Ticks of a format"), {tr("no ticks")})),
      m_histogram(new PlotView),
      m_columns(new PlotView),
      m_measuring(session),
      m_finding(session) {
  for (const NumberFormat* format : formatRegistry())
    if (format->info().codeBits <= 8)
      m_ticks->addItem(shown(format->info().title),
                       QByteArray(format->info().id.data(), static_cast<qsizetype>(format->info().id.size())));
  m_histogram->setAccessibleName(tr("Histogram"));
  m_columns->setAccessibleName(tr("Largest magnitude of each column"));
  m_histogram->setObjectName(QStringLiteral("histogram"));
  m_columns->setObjectName(QStringLiteral("histogramColumns"));
  m_histogram->setMinimumHeight(150);
  m_columns->setMinimumHeight(130);

  auto* controls = new QHBoxLayout;
  controls->setSpacing(8);
  controls->addStretch();
  for (auto* box : {m_axis, m_range, m_ticks}) controls->addWidget(box);
  auto* upper = new QWidget;
  auto* upperLayout = new QVBoxLayout(upper);
  upperLayout->setContentsMargins(0, 0, 0, 0);
  upperLayout->addLayout(controls);
  upperLayout->addWidget(m_histogram, 1);
  auto* splitter = new QSplitter(Qt::Vertical);
  splitter->setObjectName(QStringLiteral("histogramSplitter"));
  splitter->setChildrenCollapsible(false);
  splitter->addWidget(upper);
  splitter->addWidget(m_columns);
  splitter->setStretchFactor(0, 2);
  splitter->setStretchFactor(1, 1);
  splitter->setSizes({400, 240});
  keepPlace(*splitter, QStringLiteral("checkpoint/") + splitter->objectName());
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(splitter);

  for (auto* box : {m_axis, m_range}) connect(box, &QComboBox::currentIndexChanged, this, &HistogramView::measure);
  connect(m_ticks, &QComboBox::currentIndexChanged, this, &HistogramView::setTicks);
  connect(m_histogram, &PlotView::itemClicked, this, &HistogramView::openElementOfBar);
  connect(m_columns, &PlotView::itemClicked, this,
          [this](std::size_t, std::size_t column) { Q_EMIT columnChosen(column); });
}

PlotBase* HistogramView::figure() const { return m_histogram; }

void HistogramView::refresh() {
  m_histogram->clear();
  m_columns->clear();
  if (!tensor()) return;
  showColumns();
  measure();
}

void HistogramView::showColumns() {
  const TensorProfile& profile = *tensor()->profile;
  const Outliers outliers = columnOutliers(profile);
  m_columns->show(columnsFigure(tensor()->name(), profile.columnAbsMax, outliers));
}

void HistogramView::measure() {
  if (!tensor()) return;
  const auto axes = static_cast<HistogramAxes>(m_axis->currentIndex());
  const auto range = m_range->currentIndex() == 0 ? HistogramRange::WithoutTails : HistogramRange::Whole;
  m_range->setEnabled(axes != HistogramAxes::Exponent);
  m_measuring.start(
      tr("measuring the histogram"),
      [tensor = *tensor(), axes, range](const JobContext& job) {
        return measureHistogram(tensor.source, *tensor.profile, axes, range, job);
      },
      [this](Result<Figure> figure) {
        if (!figure) return session().report(figure.error());
        m_histogram->show(std::move(*figure));
        setTicks();
      });
}

void HistogramView::setTicks() {
  const NumberFormat* format = findFormat(m_ticks->currentData().toByteArray().toStdString());
  std::vector<double> values = format ? tickValues(*format) : std::vector<double>();
  if (static_cast<HistogramAxes>(m_axis->currentIndex()) == HistogramAxes::Exponent)
    std::erase_if(values, [](double value) { return value <= 0; });
  m_histogram->setFormatTicks(std::move(values));
}

void HistogramView::openElementOfBar(std::size_t series, std::size_t bar) {
  if (!tensor()) return;
  const Series& bars = m_histogram->figure().series[series];
  if (bars.kind != Series::Kind::Bars || bars.y[bar] == 0) return;
  const double lower = bars.x[bar], upper = bars.x[bar + 1];
  const bool byMagnitude = static_cast<HistogramAxes>(m_axis->currentIndex()) == HistogramAxes::Exponent;
  m_finding.start(
      tr("looking for an element"),
      [source = tensor()->source, lower, upper, byMagnitude](const JobContext& job) {
        return byMagnitude ? findMagnitude(source, lower, upper, job) : findInRange(source, lower, upper, job);
      },
      [this](const Result<std::optional<std::uint64_t>>& found) {
        if (!found) return session().report(found.error());
        if (!*found) return;
        session().selectElement(**found);
        Q_EMIT session().pageRequested(QStringLiteral("explorer"));
      });
}

}  // namespace ulpscope
