// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/histogram_view.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/analysis/find_element.h"
#include "core/analysis/outliers.h"
#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "core/report/figures.h"
#include "core/report/histogram_figure.h"
#include "widgets/checkpoint/overlay_picker.h"
#include "widgets/forms/flow_layout.h"
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

constexpr int kInstantBits = 8;  ///< formats up to this width are enumerated at once, wider ones in the background
constexpr int kWidestTicked = 16;
constexpr std::size_t kMostKept = 32;  ///< profiles of overlays

/// Every finite value of a format of up to 16 bits, ascending, each once.
std::vector<double> tickValues(const NumberFormat& format) {
  std::vector<double> values;
  for (std::uint64_t code = 0; code < std::uint64_t{1} << format.info().codeBits; ++code)
    if (const Unrounded value = format.decode(code); value.kind == Unrounded::Kind::Finite)
      values.push_back(toDouble(value));
  values.push_back(0);
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

double largestMagnitude(const std::vector<double>& values) {
  return values.empty() ? 0 : std::max(std::abs(values.front()), std::abs(values.back()));
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
      m_axis(combo(tr("Axes"), {tr("linear"), tr("log count"), tr("exponent")})),
      m_range(combo(tr("Range"), {tr("no tails"), tr("all values")})),
      m_bins(combo(tr("Bins"), {})),
      m_ticks(combo(tr("Ticks of a format"), {tr("no ticks")})),
      m_tickScale(combo(tr("Scale of the ticks"), {tr("unscaled"), tr("scaled to the largest")})),
      m_overlay(new QPushButton),
      m_picker(new OverlayPicker(this)),
      m_histogram(new PlotView),
      m_columns(new PlotView),
      m_measuring(session),
      m_ticking(session),
      m_finding(session) {
  m_histogram->setAccessibleName(tr("Histogram"));
  m_columns->setAccessibleName(tr("Largest magnitude of each column"));
  m_histogram->setObjectName(QStringLiteral("histogram"));
  m_columns->setObjectName(QStringLiteral("histogramColumns"));
  m_histogram->setMinimumHeight(150);
  m_columns->setMinimumHeight(110);

  auto* upper = new QWidget;
  auto* upperLayout = new QVBoxLayout(upper);
  upperLayout->setContentsMargins(0, 0, 0, 0);
  upperLayout->addWidget(buildControls());
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

  for (auto* box : {m_axis, m_range, m_bins})
    connect(box, &QComboBox::currentIndexChanged, this, &HistogramView::measure);
  for (auto* box : {m_ticks, m_tickScale})
    connect(box, &QComboBox::currentIndexChanged, this, &HistogramView::setTicks);
  connect(m_overlay, &QPushButton::clicked, this,
          [this] { m_picker->open({m_overlay->mapToGlobal(QPoint()), m_overlay->size()}); });
  connect(m_picker, &OverlayPicker::chosenChanged, this, [this] {
    showOverlayCount();
    measure();
  });
  connect(m_histogram, &PlotView::itemClicked, this, &HistogramView::openElementOfBar);
  connect(m_histogram, &PlotView::beyondClicked, this, [this] { m_range->setCurrentIndex(1); });
  connect(m_columns, &PlotView::itemClicked, this,
          [this](std::size_t, std::size_t column) { Q_EMIT columnChosen(column); });
  showOverlayCount();
}

HistogramView::~HistogramView() = default;

QWidget* HistogramView::buildControls() {
  for (const NumberFormat* format : formatRegistry())
    if (format->info().codeBits <= kWidestTicked)
      m_ticks->addItem(shown(format->info().title),
                       QByteArray(format->info().id.data(), static_cast<qsizetype>(format->info().id.size())));
  for (const auto& [bins, text] : {std::pair{64u, "64"},
                                   {256u, "256"},
                                   {1024u, "1024"},
                                   {4096u, "4096"},
                                   {65'536u, "2\u00B9\u2076"},
                                   {1'048'576u, "2\u00B2\u2070"}}) {
    m_bins->addItem(tr("%1 bins").arg(QString::fromUtf8(text)), QVariant::fromValue<qulonglong>(bins));
    m_bins->setItemData(m_bins->count() - 1, tr("%1 bins").arg(grouped(bins)), Qt::ToolTipRole);
  }
  m_bins->setCurrentIndex(1);
  m_axis->setObjectName(QStringLiteral("histogramAxis"));
  m_range->setObjectName(QStringLiteral("histogramRange"));
  m_bins->setObjectName(QStringLiteral("histogramBins"));
  m_ticks->setObjectName(QStringLiteral("histogramTicks"));
  m_tickScale->setObjectName(QStringLiteral("histogramTickScale"));
  m_overlay->setObjectName(QStringLiteral("histogramOverlay"));
  m_ticks->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_ticks->setMinimumContentsLength(7);
  m_ticks->setMaxVisibleItems(24);
  m_ticks->view()->setMinimumWidth(240);
  m_tickScale->setToolTip(tr("Scaled: the format\'s largest value at the tensor\'s largest magnitude"));
  auto* controls = new QWidget;
  auto* flow = new FlowLayout(controls, 8);
  flow->setContentsMargins(0, 0, 0, 0);
  for (QWidget* control : std::initializer_list<QWidget*>{m_axis, m_range, m_bins, m_overlay, m_ticks, m_tickScale})
    flow->addWidget(control);
  m_tickScale->hide();
  return controls;
}

void HistogramView::setOverlays(const std::vector<std::size_t>& tensors) {
  m_picker->setChosen(tensors);
  showOverlayCount();
  measure();
}

const std::vector<std::size_t>& HistogramView::overlays() const { return m_picker->chosen(); }

void HistogramView::showOverlayCount() {
  m_overlay->setText(overlays().empty() ? tr("Overlay…") : tr("Overlay: %1").arg(overlays().size()));
  m_overlay->setEnabled(tensor().has_value());
}

PlotBase* HistogramView::figure() const { return m_histogram; }

void HistogramView::refresh() {
  m_histogram->clear();
  m_columns->clear();
  if (!tensor()) return showOverlayCount();
  if (tensor()->checkpoint != m_checkpoint) {
    m_checkpoint = tensor()->checkpoint;
    m_subjects.clear();
    m_picker->setChosen({});
  }
  m_picker->setTensor(m_checkpoint, tensor()->tensor);
  showOverlayCount();
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
  const auto bins = static_cast<std::size_t>(m_bins->currentData().toULongLong());
  m_range->setEnabled(axes != HistogramAxes::Exponent);
  m_bins->setEnabled(axes != HistogramAxes::Exponent);
  m_measuring.start(
      tr("measuring the histogram"),
      [tensor = *tensor(), axes, range, bins, overlays = overlays(), known = m_subjects,
       backend = session().backend()](const JobContext& job) -> Result<Measured> {
        Measured measured{.figure = {}, .subjects = known};
        std::vector<HistogramSubject> tensors{{tensor.source, tensor.profile}};
        for (const std::size_t other : overlays) {
          auto found = measured.subjects.find(other);
          if (found == measured.subjects.end()) {
            auto source = tensor.checkpoint->source(other);
            if (!source) return tl::unexpected(source.error());
            auto profile = profileTensor(*source, *backend, job);
            if (!profile) return tl::unexpected(profile.error());
            if (measured.subjects.size() >= kMostKept) measured.subjects.clear();
            HistogramSubject subject{*source, std::make_shared<const TensorProfile>(std::move(*profile))};
            found = measured.subjects.emplace(other, std::move(subject)).first;
          }
          tensors.push_back(found->second);
        }
        auto figure = measureHistograms(tensors, axes, range, job, bins);
        if (!figure) return tl::unexpected(figure.error());
        measured.figure = std::move(*figure);
        return measured;
      },
      [this](Result<Measured> measured) {
        if (!measured) return session().report(measured.error());
        m_subjects = std::move(measured->subjects);
        m_histogram->show(std::move(measured->figure));
        setTicks();
      });
}

void HistogramView::setTicks() {
  const NumberFormat* format = findFormat(m_ticks->currentData().toByteArray().toStdString());
  m_tickScale->setVisible(format != nullptr);
  m_ticking.cancel();
  if (!format) return m_histogram->setFormatTicks({}, {});
  if (format->info().codeBits <= kInstantBits) return showTicks(tickValues(*format), *format);
  m_ticking.start(
      tr("listing the values of %1").arg(qt(format->info().title)),
      [format](const JobContext&) -> Result<std::vector<double>> { return tickValues(*format); },
      [this, format](Result<std::vector<double>> values) {
        if (values) showTicks(std::move(*values), *format);
      });
}

void HistogramView::showTicks(std::vector<double> values, const NumberFormat& format) {
  QString title = shown(format.info().title);
  const double largest = largestMagnitude(values);
  if (m_tickScale->currentIndex() == 1 && tensor() && largest > 0 && tensor()->profile->statistics.absMax > 0) {
    const double scale = tensor()->profile->statistics.absMax / largest;
    for (double& value : values) value *= scale;
    title = tr("%1 times %2").arg(title, QString::number(scale, 'g', 4));
  }
  // There, both signs are counted by their magnitude.
  if (static_cast<HistogramAxes>(m_axis->currentIndex()) == HistogramAxes::Exponent)
    std::erase_if(values, [](double value) { return value <= 0; });
  m_histogram->setFormatTicks(std::move(values), title);
}

void HistogramView::openElementOfBar(std::size_t series, std::size_t bar) {
  if (!tensor()) return;
  if (series > overlays().size()) return;
  if (series > 0) return session().selectTensor(overlays()[series - 1]);  // an outline leads to its tensor
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
