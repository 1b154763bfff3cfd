// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/checkpoint_page.h"

#include <QAction>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QSplitter>
#include <QStackedLayout>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/checkpoint/compare_view.h"
#include "widgets/checkpoint/details_view.h"
#include "widgets/checkpoint/diff_panel.h"
#include "widgets/checkpoint/element_strip.h"
#include "widgets/checkpoint/findings_panel.h"
#include "widgets/checkpoint/group_view.h"
#include "widgets/checkpoint/heat_map_view.h"
#include "widgets/checkpoint/histogram_view.h"
#include "widgets/checkpoint/lines_view.h"
#include "widgets/checkpoint/overview_strip.h"
#include "widgets/checkpoint/ranges_view.h"
#include "widgets/checkpoint/reason_view.h"
#include "widgets/checkpoint/report_writer.h"
#include "widgets/checkpoint/tensor_panel.h"
#include "widgets/checkpoint/values_view.h"
#include "widgets/checkpoint/view_tabs.h"
#include "widgets/frame/card.h"
#include "widgets/frame/link_button.h"
#include "widgets/frame/notice.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/models/tensor_tree_model.h"
#include "widgets/plots/plot_base.h"
#include "widgets/session/post.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

/// Checkpoints up to this size are read whole for the overview as soon as they are opened; larger ones on request.
constexpr std::uint64_t kScanUnasked = std::uint64_t{1} << 30;
constexpr std::size_t kMostRecent = 8;
constexpr std::size_t kMostAtOnce = 4096;  ///< summaries that are shown within a few milliseconds

}  // namespace

CheckpointPage::CheckpointPage(Session& session, QWidget* parent)
    : Page(session, parent), m_model(new TensorTreeModel(this)), m_scanning(session), m_profiling(session) {
  auto* notice =
      new Notice(session, tr("Look into a checkpoint"),
                 tr("Open a model's weights: every tensor with its histogram, its outlier columns and its values.\n"
                    "Files are opened read-only and may be larger than memory."));
  auto* right = new QSplitter(Qt::Vertical);
  right->setObjectName(QStringLiteral("checkpointRight"));
  right->addWidget(buildOverview());
  right->addWidget(buildViews());
  right->setStretchFactor(1, 1);
  right->setSizes({112, 700});
  auto* splitter = new QSplitter;
  splitter->setObjectName(QStringLiteral("checkpointSplitter"));
  splitter->addWidget(buildTensors());
  splitter->addWidget(right);
  splitter->setStretchFactor(0, 5);
  splitter->setStretchFactor(1, 9);
  splitter->setSizes({540, 780});
  for (auto* each : {splitter, right}) {
    each->setChildrenCollapsible(false);
    each->setHandleWidth(12);
    keepPlace(*each, QStringLiteral("checkpoint/") + each->objectName());
  }
  auto* content = new QWidget;
  auto* margins = new QVBoxLayout(content);
  margins->setContentsMargins(0, 0, 0, 0);
  margins->addWidget(splitter);
  m_stack = new QStackedLayout(this);
  m_stack->addWidget(notice);
  m_stack->addWidget(content);

  connect(&session, &Session::selectionChanged, this, &CheckpointPage::followSelection);
  connect(&session, &Session::backendChanged, this, [this] { m_recent.clear(); });
  followSelection();
}

CheckpointPage::~CheckpointPage() = default;

QWidget* CheckpointPage::buildTensors() {
  m_panel = new TensorPanel(*m_model);
  m_findings = new FindingsPanel(session());
  m_differences = new DiffPanel(session());
  m_lists = new QTabBar;
  m_lists->setAccessibleName(tr("Lists of the checkpoint"));
  m_lists->setObjectName(QStringLiteral("checkpointLists"));
  m_lists->setDrawBase(false);
  m_lists->setExpanding(false);
  m_lists->addTab(tr("Tensors"));
  m_lists->addTab(tr("Findings"));
  m_lists->addTab(tr("Differences"));
  auto* lists = new QStackedWidget;
  lists->addWidget(m_panel);
  lists->addWidget(m_findings);
  lists->addWidget(m_differences);
  connect(m_lists, &QTabBar::currentChanged, lists, &QStackedWidget::setCurrentIndex);
  connect(m_findings, &FindingsPanel::findingChosen, this, &CheckpointPage::goTo);
  connect(m_findings, &FindingsPanel::counted, this, [this](std::optional<std::size_t> findings) {
    m_lists->setTabText(1, findings ? tr("Findings (%1)").arg(grouped(*findings)) : tr("Findings"));
    m_model->setFindings(m_findings->tensors());
    m_panel->valuesChanged();
  });
  connect(m_differences, &DiffPanel::pairChosen, this,
          [this](std::size_t tensor, const auto& other, std::optional<std::size_t> otherTensor) {
            session().selectTensor(tensor);
            m_compare->setOther(other, otherTensor);
            m_tabs->setCurrentWidget(m_compare);
          });
  auto* card = new Card;
  card->body()->addWidget(m_lists);
  card->body()->addWidget(lists, 1);
  card->setMinimumWidth(300);
  connect(m_panel, &TensorPanel::tensorChosen, this, [this](std::size_t tensor) {
    if (tensor == m_tensor) return showTensor(tensor);  // back from something that is no tensor
    session().selectTensor(tensor);
  });
  connect(m_panel, &TensorPanel::objectChosen, this, &CheckpointPage::showObject);
  connect(m_panel, &TensorPanel::groupChosen, this, &CheckpointPage::showGroup);
  return card;
}

QWidget* CheckpointPage::buildOverview() {
  m_overviewCard = new Card(tr("All tensors"));
  m_strip = new OverviewStrip;
  auto* quantity = new QComboBox;
  quantity->setAccessibleName(tr("Quantity of the overview"));
  quantity->addItems(
      {tr("largest magnitude"), tr("standard deviation"), tr("kurtosis"), tr("share of outlier columns")});
  auto* scanAll = new QPushButton(tr("Read all tensors"));
  m_scanAll = scanAll;
  m_overviewCard->addToHeader(scanAll);
  addReport();
  m_overviewCard->addToHeader(quantity);
  m_overviewCard->body()->addWidget(m_strip);
  m_overviewCard->setMaximumHeight(220);
  connect(quantity, &QComboBox::currentIndexChanged, this,
          [this](int index) { m_strip->setQuantity(static_cast<OverviewStrip::Quantity>(index)); });
  connect(scanAll, &QPushButton::clicked, this, [this] { scan(Unread::Read); });
  connect(m_strip, &OverviewStrip::tensorChosen, this, [this](std::size_t tensor) { session().selectTensor(tensor); });
  return m_overviewCard;
}

void CheckpointPage::addReport() {
  auto* writer = new ReportWriter(session(), this);
  auto* button = new LinkButton(tr("report"));
  button->setToolTip(tr("The checkpoint on one page of HTML, to keep or to send"));
  m_overviewCard->addToHeader(button);
  auto* menu = new QMenu(button);
  const auto offer = [&](const QString& title, bool withSchemes) {
    QAction* action = menu->addAction(title);
    connect(action, &QAction::triggered, this, [this, writer, withSchemes] { writer->askAndWrite(withSchemes, this); });
    addAction(action);
  };
  offer(tr("Write a report of all tensors\u2026"), false);
  offer(tr("Write a report with quantization errors\u2026"), true);
  connect(button, &LinkButton::clicked, this,
          [button, menu] { menu->popup(button->mapToGlobal(QPoint(0, button->height()))); });
}

QWidget* CheckpointPage::buildViews() {
  m_tabs = new ViewTabs;
  m_tabs->setAccessibleName(tr("Views of the tensor"));
  auto* histogram = new HistogramView(session());
  auto* lines = new LinesView(session());
  m_heatMap = new HeatMapView(session());
  addView(histogram, tr("Histogram"), "histogram");
  addView(lines, tr("Columns and rows"), "lines", tr("Lines"));
  addView(new RangesView(session()), tr("Ranges"), "ranges");
  addView(m_heatMap, tr("Heat map"), "heatmap", tr("Map"));
  m_values = new ValuesView(session());
  addView(m_values, tr("Values"), "values");
  m_compare = new CompareView(session());
  addView(m_compare, tr("Compare"), "compare");
  addView(new DetailsView(session()), tr("Details"), "details");
  const auto goToColumn = [this](std::uint64_t column) {
    m_heatMap->goToColumn(column);
    m_tabs->setCurrentWidget(m_heatMap);
  };
  connect(histogram, &HistogramView::columnChosen, this, goToColumn);
  connect(lines, &LinesView::columnChosen, this, goToColumn);
  connect(lines, &LinesView::rowChosen, this, [this](std::uint64_t row) {
    m_heatMap->goToRow(row);
    m_tabs->setCurrentWidget(m_heatMap);
  });
  m_reason = new ReasonView;
  m_group = new GroupView;
  connect(m_group, &GroupView::tensorChosen, this,
          [this](std::size_t tensor) { Q_EMIT m_panel->tensorChosen(tensor); });
  auto* views = new QWidget;
  auto* column = new QVBoxLayout(views);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(m_tabs, 1);
  column->addWidget(new ElementStrip(session()));
  m_viewStack = new QStackedWidget;
  for (QWidget* each : {views, static_cast<QWidget*>(m_reason), static_cast<QWidget*>(m_group)})
    m_viewStack->addWidget(each);
  auto* card = new Card;
  card->body()->addWidget(m_viewStack);
  return card;
}

void CheckpointPage::addView(TensorView* view, const QString& title, const char* id, const QString& shortTitle) {
  view->setProperty("viewId", QString::fromLatin1(id));
  view->setContentsMargins(0, 8, 0, 0);
  m_views.push_back(view);
  m_tabs->addView(view, title, shortTitle);
}

void CheckpointPage::activated() { followSelection(); }

bool CheckpointPage::exportFigure() {
  const bool isShown = m_viewStack->currentIndex() == 0;
  auto* view = isShown ? static_cast<TensorView*>(m_tabs->currentWidget()) : nullptr;
  PlotBase* figure = view ? view->figure() : nullptr;
  if (figure) figure->askAndExport();
  return figure != nullptr;
}

QWidget* CheckpointPage::filterField() {
  if (!m_checkpoint) return nullptr;
  m_lists->setCurrentIndex(0);
  return m_panel->filterField();
}

/// To the element's value, where there is one.
void CheckpointPage::goTo(std::size_t tensor, std::optional<std::uint64_t> element) {
  session().selectTensor(tensor);
  if (!element) return;
  session().selectElement(*element);
  m_tabs->setCurrentWidget(m_values);
}

void CheckpointPage::followSelection() {
  const Selection& selection = session().selection();
  if (selection.checkpoint != m_checkpoint) showCheckpoint(selection.checkpoint);
  if (!selection.tensor || selection.tensor == m_tensor) return;
  m_tensor = selection.tensor;
  m_panel->showTensor(*m_tensor);
  m_strip->setCurrent(m_tensor);
  showTensor(*m_tensor);
}

void CheckpointPage::showCheckpoint(const std::shared_ptr<const Checkpoint>& checkpoint) {
  m_scanning.cancel();
  stopReading();
  m_checkpoint = checkpoint;
  m_tensor.reset();
  m_recent.clear();
  setTensor(std::nullopt);
  const auto index = session().tensorIndex(checkpoint);
  m_panel->setIndex(index);
  m_stack->setCurrentIndex(checkpoint ? 1 : 0);
  m_strip->setIndex(index, index ? &m_model->summaries() : nullptr);
  m_differences->setCheckpoint(checkpoint);
  if (!checkpoint) return m_findings->setCheckpoint(nullptr, false);
  if (checkpoint->tensors.empty()) {
    m_reason->showEmpty(*checkpoint);
    m_viewStack->setCurrentWidget(m_reason);
  }
  const bool unasked = scannedBytes(*checkpoint) <= kScanUnasked;
  m_scanAll->setVisible(!unasked);
  m_findings->setCheckpoint(checkpoint, unasked);
  scan(unasked ? Unread::Read : Unread::Leave);
}

void CheckpointPage::scan(Unread unread) {
  if (!m_checkpoint || (unread == Unread::Leave && !session().usesCache())) return;
  m_model->clearSummaries();
  m_scanAll->setVisible(unread == Unread::Leave);
  m_scanning.start(
      unread == Unread::Read ? tr("reading all tensors") : tr("recalling what is known"),
      [this, checkpoint = m_checkpoint, results = session().results(m_checkpoint), unread,
       post = postTo(*this)](const JobContext& job) -> Result<bool> {
        // Small tensors come by the thousand: they are handed over twenty times a second, not one by one.
        Summaries found;
        QElapsedTimer sinceHandedOver;
        sinceHandedOver.start();
        const auto handOver = [&] {
          post([this, checkpoint, found = std::move(found)] { takeSummaries(checkpoint, found); });
          found.clear();
          sinceHandedOver.restart();
        };
        const auto take = [&](std::size_t tensor, const TensorSummary& summary) {
          found.emplace_back(tensor, summary);
          if (found.size() >= kMostAtOnce || sinceHandedOver.elapsed() >= 50) handOver();
        };
        const auto allKnown =
            unread == Unread::Leave ? results->recall(job, take) : results->scan(job, take).map([] { return true; });
        handOver();
        return allKnown;
      },
      [this](const Result<bool>& allKnown) {
        m_scanAll->setVisible(!allKnown || !*allKnown);
        if (!allKnown) session().report(allKnown.error());
      });
}

void CheckpointPage::takeSummaries(const std::shared_ptr<const Checkpoint>& checkpoint, const Summaries& found) {
  if (checkpoint != m_checkpoint) return;  // on its way when another checkpoint came
  m_model->setSummaries(found);
  m_panel->valuesChanged();
  m_strip->refresh();
}

void CheckpointPage::showTensor(std::size_t tensor) {
  const auto known = std::ranges::find_if(m_recent, [&](const ProfiledTensor& t) { return t.tensor == tensor; });
  if (known != m_recent.end()) {
    stopReading();
    return setTensor(*known);
  }
  if (!m_checkpoint->tensors[tensor].isReadable()) {
    stopReading();
    setTensor(std::nullopt);
    m_reason->showUnreadable(*m_checkpoint, tensor);
    return m_viewStack->setCurrentWidget(m_reason);
  }
  const auto source = m_checkpoint->source(tensor);
  if (!source) return fail(tensor, source.error());
  if (m_viewStack->currentIndex() != 0) setTensor(std::nullopt);  // which is about something else
  m_awaited = tensor;
  m_profiling.start(
      tr("reading %1").arg(shown(m_checkpoint->tensors[tensor].name)),
      [results = session().results(m_checkpoint), tensor](const JobContext& job) {
        return results->profile(tensor, job);
      },
      [this, checkpoint = m_checkpoint, tensor, source = *source](Result<KnownProfile> read) {
        if (m_awaited != tensor) return;  // something else was chosen since
        if (!read) return fail(tensor, read.error());
        m_model->setSummary(tensor, summarize(read->profile));
        m_strip->refresh();
        auto profile = std::make_shared<const TensorProfile>(std::move(read->profile));
        m_recent.push_front({checkpoint, tensor, source, std::move(profile), read->keptSince});
        if (m_recent.size() > kMostRecent) m_recent.pop_back();
        setTensor(m_recent.front());
      });
}

void CheckpointPage::stopReading() {
  m_awaited.reset();
  m_profiling.cancel();
}

void CheckpointPage::fail(std::size_t tensor, const Error& error) {
  stopReading();
  setTensor(std::nullopt);
  session().report(error);
  if (error.code == Errc::Cancelled) return;
  m_reason->showFailure(*m_checkpoint, tensor, error);
  m_viewStack->setCurrentWidget(m_reason);
}

void CheckpointPage::showObject(std::size_t object) {
  stopReading();
  m_reason->showObject(m_checkpoint->objects[object]);
  m_viewStack->setCurrentWidget(m_reason);
}

void CheckpointPage::showGroup(const std::string& name, const std::vector<std::size_t>& tensors) {
  stopReading();
  m_group->show(name, *m_checkpoint, tensors, m_model->summaries());
  m_viewStack->setCurrentWidget(m_group);
}

void CheckpointPage::setTensor(const std::optional<ProfiledTensor>& tensor) {
  m_viewStack->setCurrentIndex(0);
  for (TensorView* view : m_views) view->setTensor(tensor);
}

namespace {

/// A bell of bars with its tails in the outlier colour.
void paintPreview(QPainter& painter, const QRectF& rect) {
  constexpr int kBars = 28;
  const ThemeColors& colors = theme().colors();
  const double step = rect.width() / kBars;
  for (int i = 0; i < kBars; ++i) {
    const double x = (i + 0.5 - kBars / 2.0) / (kBars / 5.5);
    const double height = std::max(2.0, rect.height() * std::exp(-x * x / 2));
    painter.fillRect(QRectF(rect.left() + i * step, rect.bottom() - height, std::max(1.0, step - 2), height),
                     std::abs(x) > 2.2 ? colors.plotOutlier : colors.series[0]);
  }
}

Page* create(Session& session, QWidget* parent) { return new CheckpointPage(session, parent); }

}  // namespace

const PageEntry& checkpoint_page_entry() {
  static const PageEntry entry{
      .id = "checkpoint",
      .title = QT_TRANSLATE_NOOP("PageEntry", "Checkpoint"),
      .icon = "checkpoint",
      .summary = QT_TRANSLATE_NOOP("PageEntry", "Open a model and see what its weights look like."),
      .paintPreview = paintPreview,
      .create = create};
  return entry;
}

}  // namespace ulpscope
