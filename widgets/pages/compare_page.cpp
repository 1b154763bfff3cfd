// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/compare_page.h"

#include <QLineEdit>
#include <QPainter>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "core/formats/value_text.h"
#include "core/report/format_figures.h"
#include "widgets/compare/codes_panel.h"
#include "widgets/compare/format_table.h"
#include "widgets/compare/format_table_model.h"
#include "widgets/compare/line_panel.h"
#include "widgets/compare/picture_card.h"
#include "widgets/compare/range_chart.h"
#include "widgets/compare/throughput_chart.h"
#include "widgets/frame/scrolled.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/models/table_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/tab_stack.h"
#include "widgets/session/session.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kLowestPicture = 110;  // px
constexpr int kGap = 12;

/// Where the staircases of all usual formats can be told tooth by tooth; wheel and "show all" lead to the rest.
constexpr double kFirstBinade = -20;
constexpr double kLastBinade = 20;

constexpr int kShortBelow = 640;  // px of height

// Heights of the table and the number line, px, until the user moves them.
constexpr int kTable = 322;
constexpr int kShortTable = 236;
constexpr int kLine = 170;
constexpr int kTallestLine = 250;
constexpr int kLineShare = 5;  ///< of the height

QSplitter* splitter(const QString& name, Qt::Orientation orientation) { return newSplitter(name, orientation, kGap); }

QString placeKey(const QSplitter& splitter) { return QStringLiteral("compare/") + splitter.objectName(); }

}  // namespace

ComparePage::ComparePage(Session& pageSession, QWidget* parent)
    : Page(pageSession, parent),
      m_loading(pageSession),
      m_rows(splitter(QStringLiteral("rows"), Qt::Vertical)),
      m_overview(splitter(QStringLiteral("overview"), Qt::Vertical)),
      m_tabs(new TabStack(tr("Pictures of the formats"))),
      m_table(new FormatTable(m_choice)),
      m_range(new RangeChart),
      m_spacing(new PlotView),
      m_density(new PlotView),
      m_line(new LinePanel(pageSession, m_choice)),
      m_codes(new CodesPanel(pageSession, m_choice)) {
  layOut();
  connectParts();
}

QWidget* ComparePage::buildOverview() {
  QScrollArea* ranges = scrolled(m_range, kLowestPicture);
  connect(m_range, &RangeChart::walkedTo, ranges,
          [this, ranges](int y) { ranges->ensureVisible(m_range->width() / 2, y); });
  m_rangeCard = new PictureCard(session(), tr("Range"), ranges,
                                {.table = [this] { return rangeTable(m_choice.byPlace()); },
                                 .exportPicture = [this] { m_range->askAndExport(); }});
  m_rangeCard->setNote(tr("hatched: subnormal"));
  m_spacingCard = new PictureCard(session(), tr("Precision"), m_spacing,
                                  {.table = [this] { return spacingTable(m_choice.byPlace()); },
                                   .exportPicture = [this] { m_spacing->askAndExport(); }});
  m_spacingCard->setNote(tr("gap to the next value"));
  auto* top = splitter(QStringLiteral("top"), Qt::Horizontal);
  top->addWidget(m_rangeCard);
  top->addWidget(m_spacingCard);
  top->setSizes({500, 500});  // shares
  keepPlace(*top, placeKey(*top));
  m_overview->addWidget(top);
  connect(m_overview, &QSplitter::splitterMoved, this, [this] { storePlace(*m_overview, placeKey(*m_overview)); });
  return m_overview;
}

void ComparePage::layOut() {
  m_densityCard = new PictureCard(session(), tr("Values per binade"), m_density,
                                  {.table = [this] { return densityTable(m_choice.byPlace()); },
                                   .exportPicture = [this] { m_density->askAndExport(); }});
  m_densityCard->setNote(tr("positive values from one power of two to the next"));
  auto* throughput = new ThroughputChart;
  m_throughputCard =
      new PictureCard(session(), tr("Published dense throughput"), throughput,
                      {.table = throughputTable, .exportPicture = [throughput] { throughput->askAndExport(); }});
  m_throughputCard->setNote(tr("length: ratio to FP32 on the same GPU"));

  m_tabs->addTab(tr("Range, precision, rounding"), buildOverview());
  m_tabs->addTab(tr("Values per binade"), m_densityCard);
  m_tabs->addTab(tr("All codes"), m_codes);
  m_tabs->addTab(tr("Throughput"), m_throughputCard);
  m_tabs->setNote({});
  m_rows->addWidget(m_table);
  m_rows->addWidget(m_tabs);
  connect(m_rows, &QSplitter::splitterMoved, this,
          [this] { storePlace(*m_rows, placeKey(*m_rows) + (*m_isShort ? QStringLiteral("/short") : QString())); });
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_rows);
}

void ComparePage::placeLine() {
  const bool isShort = height() < kShortBelow;
  if (m_isShort == isShort) return;
  m_isShort = isShort;
  if (isShort) {
    m_tabs->addTab(tr("Number line"), m_line);
  } else {
    if (m_tabs->current() == m_line) m_tabs->setCurrent(m_overview);
    m_tabs->removeTab(m_line);
    m_overview->addWidget(m_line);
    m_line->show();
    const int line = std::clamp(height() / kLineShare, kLine, kTallestLine);
    m_overview->setSizes({height() - kTable - line, line});
    m_overview->setStretchFactor(0, 1);
    m_overview->setStretchFactor(1, 0);
    restorePlace(*m_overview, placeKey(*m_overview));
  }
  const int table = isShort ? kShortTable : kTable;
  m_rows->setSizes({table, height() - table});
  m_rows->setStretchFactor(0, 0);
  m_rows->setStretchFactor(1, 1);
  restorePlace(*m_rows, placeKey(*m_rows) + (isShort ? QStringLiteral("/short") : QString()));
}

void ComparePage::resizeEvent(QResizeEvent* event) {
  Page::resizeEvent(event);
  placeLine();
}

void ComparePage::connectParts() {
  connect(&m_choice, &FormatChoice::changed, this, &ComparePage::showPictures);
  connect(&session(), &Session::selectionChanged, this, [this](const Selection& now) { follow(now); });
  const auto pickFormat = [this](const QString& id) { session().selectFormat(id.toStdString()); };
  connect(m_table, &FormatTable::formatPicked, this, pickFormat);
  connect(m_range, &RangeChart::formatPicked, this, pickFormat);
  connect(m_line, &LinePanel::codePicked, this, &ComparePage::pickCode);
  connect(m_codes, &CodesPanel::codePicked, this, &ComparePage::pickCode);
  connect(m_codes, &CodesPanel::bitsRequested, this,
          [this] { Q_EMIT session().pageRequested(QStringLiteral("explorer")); });
}

void ComparePage::activated() {
  load();
  follow(session().selection());
}

void ComparePage::load() {
  if (m_isLoading || !m_choice.profiles().empty()) return;
  m_isLoading = true;
  m_loading.start(
      tr("comparing formats"), [](const JobContext& job) { return profilesOf(formatRegistry(), job); },
      [this](Result<FormatChoice::Profiles> profiles) {
        m_isLoading = false;
        if (!profiles) return session().report(profiles.error());
        m_choice.setProfiles(std::make_shared<const FormatChoice::Profiles>(std::move(*profiles)));
        const std::string& selected = session().selection().format;
        m_table->setCurrent(selected);
        if (selected != Selection().format) look(selected);  // it was chosen, not just there
      },
      ProgressUnit::Steps);
}

void ComparePage::showPictures() {
  const auto byPlace = m_choice.byPlace();
  m_range->setFormats(m_choice.chosen());
  m_spacing->show(spacingFigure(byPlace));
  m_spacing->setHomeRange(kFirstBinade, kLastBinade);
  m_density->show(densityFigure(byPlace));
  m_line->follow();
  m_codes->follow();
  for (PictureCard* card : {m_rangeCard, m_spacingCard, m_densityCard, &m_line->card()}) card->refresh();
  m_codes->mark(session().selection());
}

void ComparePage::follow(const Selection& selection) {
  m_table->setCurrent(selection.format);
  // What was selected before this page was ever looked at does not hide the narrow format it begins with.
  if (!m_format.empty() && m_format != selection.format) look(selection.format);
  m_format = selection.format;
  m_codes->mark(selection);
}

void ComparePage::look(std::string_view formatId) {
  m_line->setFormat(formatId);
  m_codes->setFormat(formatId);
}

void ComparePage::pickCode(const NumberFormat& format, std::uint64_t code) {
  Selection next = session().selection();
  next.element.reset();  // a value of one's own, no longer that of a weight
  next.format = std::string(format.info().id);
  next.code = code;
  next.value = exactText(format, code);
  session().select(std::move(next));
}

bool ComparePage::exportFigure() {
  if (m_tabs->current() == m_codes) return m_codes->exportPicture();
  PictureCard* card = m_tabs->current() == m_densityCard      ? m_densityCard
                      : m_tabs->current() == m_line           ? &m_line->card()
                      : m_tabs->current() == m_throughputCard ? m_throughputCard
                      : m_spacing->hasFocus()                 ? m_spacingCard
                                                              : m_rangeCard;
  card->exportPicture();
  return true;
}

QString ComparePage::copyText() const { return m_table->table().textAs(TableView::CopyAs::Tsv); }

QWidget* ComparePage::filterField() { return &m_table->filterField(); }

namespace {

/// Bars of a range, paler where subnormal.
void paintPreview(QPainter& painter, const QRectF& rect) {
  struct Bar {
    double from, normal, to;
  };
  constexpr Bar kBars[] = {{0.0, 0.1, 1.0}, {0.06, 0.1, 1.0}, {0.42, 0.46, 0.57}, {0.47, 0.5, 0.54}};
  const double row = rect.height() / double(std::size(kBars));
  for (std::size_t i = 0; i < std::size(kBars); ++i) {
    const auto [from, normal, to] = kBars[i];
    const QRectF bar(rect.left() + from * rect.width(), rect.top() + (double(i) + 0.25) * row,
                     (to - from) * rect.width(), row / 2);
    QColor color = theme().colors().series[i];
    painter.fillRect(QRectF(rect.left() + normal * rect.width(), bar.top(), (to - normal) * rect.width(), bar.height()),
                     color);
    color.setAlphaF(0.35F);
    painter.fillRect(QRectF(bar.left(), bar.top(), (normal - from) * rect.width(), bar.height()), color);
  }
}

}  // namespace

const PageEntry& compare_page_entry() {
  static const PageEntry entry{
      .id = "compare",
      .title = QT_TRANSLATE_NOOP("PageEntry", "Compare"),
      .icon = "compare",
      .summary = QT_TRANSLATE_NOOP("PageEntry", "Number formats side by side: range, precision, rounding, every code."),
      .subject = Subject::Format,
      .paintPreview = paintPreview,
      .create = [](Session& session, QWidget* parent) -> Page* { return new ComparePage(session, parent); }};
  return entry;
}

}  // namespace ulpscope
