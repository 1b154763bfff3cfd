// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/matrix_page.h"

#include <QAction>
#include <QLineEdit>
#include <QPainter>
#include <QPainterPath>
#include <QSettings>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "core/report/matmul_figures.h"
#include "widgets/compare/picture_card.h"
#include "widgets/forms/field.h"
#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/matmul/drift_form.h"
#include "widgets/matmul/drift_table.h"
#include "widgets/matmul/engine_ticks.h"
#include "widgets/matmul/measured_tick.h"
#include "widgets/matmul/trace_panel.h"
#include "widgets/models/table_view.h"
#include "widgets/plots/map_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/tab_stack.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kEnginesWidth = 265;
constexpr int kGap = 12;
constexpr int kShortBelow = 640;  // px of height

QSplitter* splitter(const QString& name, Qt::Orientation orientation) { return newSplitter(name, orientation, kGap); }

const QString kPresetKey = QStringLiteral("matrix/preset");

/// nullptr if there is none of that id.
const DriftPreset* presetOf(const QString& id) {
  const auto found = std::ranges::find(driftPresets(), id.toStdString(), &DriftPreset::id);
  return found == driftPresets().end() ? nullptr : &*found;
}

/// With who computed it, which goes with the picture wherever that goes.
template <class AnyFigure>
AnyFigure signedBy(const DriftOutcome& outcome, AnyFigure figure) {
  figure.notes.push_back(MatrixPage::tr("computed by %1").arg(outcome.backend).toStdString());
  return figure;
}

void keep(QSplitter& splitter) { keepPlace(splitter, QStringLiteral("matrix/") + splitter.objectName()); }

}  // namespace

MatrixPage::MatrixPage(Session& pageSession, QWidget* parent)
    : Page(pageSession, parent),
      m_study(pageSession),
      m_form(new DriftForm),
      m_engines(new EngineTicks),
      m_measured(new MeasuredTick(pageSession)),
      m_words(new PlainLabel({}, TextRole::Muted)),
      m_curve(new PlotView),
      m_ulps(new PlotView),
      m_map(new MapView),
      m_pictures(new TabStack(tr("Errors of the product"))),
      m_details(new TabStack(tr("Details of the product"))),
      m_table(new DriftTable),
      m_trace(new TracePanel) {
  layOut();
  placeDetails();  // so that every view is there before the page is
  connectParts();
  const DriftPreset* known = presetOf(QSettings().value(kPresetKey).toString());
  choosePreset(known ? *known : *m_form->preset());
}

QWidget* MatrixPage::buildTop() {
  auto* card = new Card;
  m_words->setWordWrap(true);
  m_measured->setMinimumHeight(QLineEdit().sizeHint().height());  // in line with the fields
  m_form->layout()->addWidget(new Field(tr("Device"), m_measured));
  card->body()->addWidget(m_form);
  card->body()->addWidget(m_words);
  return card;
}

void MatrixPage::layOut() {
  m_curveCard = new PictureCard(
      session(), tr("Relative Frobenius error"), m_curve,
      {.table = [this] { return m_curve->table(); }, .exportPicture = [this] { m_curve->askAndExport(); }});
  m_ulpsCard = new PictureCard(
      session(), tr("Elements of C by their error"), m_ulps,
      {.table = [this] { return m_ulps->table(); }, .exportPicture = [this] { m_ulps->askAndExport(); }});
  m_mapCard =
      new PictureCard(session(), tr("Error of C"), m_map,
                      {.table = [this] { return m_map->table(); }, .exportPicture = [this] { m_map->askAndExport(); }});
  m_curveCard->setProperty("viewId", QStringLiteral("curve"));
  m_ulpsCard->setProperty("viewId", QStringLiteral("ulp"));
  m_pictures->addTab(tr("Error against K"), m_curveCard, tr("K"));
  m_pictures->addTab(tr("Units in the last place"), m_ulpsCard, tr("ulp"));
  m_pictures->setNote({});
  m_tableCard = new Card;
  m_tableCard->body()->addWidget(m_table);
  m_tableCard->setProperty("viewId", QStringLiteral("engines"));
  m_traceCard = new Card;
  m_traceCard->body()->addWidget(m_trace);
  m_traceCard->setProperty("viewId", QStringLiteral("element"));
  m_details->setNote({});

  auto* engines = new Card(tr("Engines"));
  engines->body()->addWidget(m_engines);
  auto* middle = splitter(QStringLiteral("middle"), Qt::Horizontal);
  middle->addWidget(engines);
  middle->addWidget(m_pictures);
  middle->addWidget(m_mapCard);
  middle->setSizes({kEnginesWidth, 560, 340});
  middle->setStretchFactor(0, 0);
  middle->setStretchFactor(1, 3);
  middle->setStretchFactor(2, 2);
  keep(*middle);
  auto* rows = splitter(QStringLiteral("rows"), Qt::Vertical);
  rows->addWidget(middle);
  rows->addWidget(m_details);
  rows->setSizes({430, 270});
  rows->setStretchFactor(0, 3);
  rows->setStretchFactor(1, 2);
  keep(*rows);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(12);
  column->addWidget(buildTop());
  column->addWidget(rows, 1);
}

void MatrixPage::placeDetails() {
  const bool isShort = height() < kShortBelow;
  if (m_isShort == isShort) return;
  m_isShort = isShort;
  TabStack* const to = isShort ? m_pictures : m_details;
  TabStack* const from = isShort ? m_details : m_pictures;
  QWidget* const front = from->current();
  for (QWidget* card : {m_tableCard, m_traceCard}) {
    if (from->holds(card)) from->removeTab(card);
    to->addTab(card == m_tableCard ? tr("All engines") : tr("One element"), card,
               card == m_tableCard ? tr("engines") : tr("element"));
    card->show();
  }
  if (front && to->holds(front)) to->setCurrent(front);
  m_details->setVisible(!isShort);
  showWords();
  placeMap();
}

void MatrixPage::placeMap() {
  const QWidget* front = m_pictures->current();
  m_mapCard->setVisible(front != m_tableCard && front != m_traceCard);
}

void MatrixPage::resizeEvent(QResizeEvent* event) {
  Page::resizeEvent(event);
  placeDetails();
}

void MatrixPage::connectParts() {
  connect(m_form, &DriftForm::edited, this, &MatrixPage::ask);
  connect(m_form, &DriftForm::presetChosen, this, &MatrixPage::choosePreset);
  connect(m_measured, &MeasuredTick::edited, this, &MatrixPage::ask);
  connect(m_engines, &EngineTicks::edited, this, [this] {
    m_engine = std::min(m_engine, std::max<std::size_t>(m_engines->ticked().size(), 1) - 1);
    ask();
  });
  connect(m_pictures, &TabStack::currentChanged, this, &MatrixPage::placeMap);
  connect(&m_study, &DriftStudy::changed, this, &MatrixPage::showOutcome);
  connect(&m_study, &DriftStudy::traced, this, &MatrixPage::showTrace);
  connect(m_table, &DriftTable::engineChosen, this, &MatrixPage::chooseEngine);
  connect(m_curve, &PlotView::itemClicked, this, [this](std::size_t series, std::size_t) {
    const std::optional<std::size_t> engine = m_curve->figure().series[series].colourOf;  // of what is measured
    if (engine || series < m_engines->ticked().size()) chooseEngine(engine.value_or(series));
  });
  connect(m_map, &MapView::cellClicked, this, [this](std::size_t row, std::size_t column) {
    (m_isShort.value_or(false) ? m_pictures : m_details)->setCurrent(m_traceCard);
    chooseElement(row, column);
  });
  for (const DriftPreset& preset : driftPresets()) {
    auto* action = new QAction(tr("Matrix product: %1").arg(qt(preset.title)), this);
    action->setObjectName(qt(preset.id));
    connect(action, &QAction::triggered, this, [this, &preset] { choosePreset(preset); });
    addAction(action);
  }
  connect(&session(), &Session::selectionChanged, this, [this] { follow(); });
  connect(&session(), &Session::calibrationChanged, this, [this] { follow(); });
  connect(&session(), &Session::backendChanged, this, [this] { ask(); });
}

void MatrixPage::activated() {
  follow();
  if (!m_isAsked) {
    m_isAsked = true;
    ask();
  }
}

void MatrixPage::follow() {
  m_material = OperandMaterial::of(session());
  m_form->setMaterial(m_material);
  showWords();
  if (m_isAsked && m_material.tensorsOf(m_form->question()) != m_asked) ask();
}

void MatrixPage::showWords() {
  const QString obstacle = m_form->obstacle();
  const DriftPreset* const preset = m_form->preset();
  m_words->setRole(obstacle.isEmpty() ? TextRole::Muted : TextRole::Bad);
  m_words->setText(!obstacle.isEmpty() ? obstacle : preset ? qt(preset->text) : m_form->facts());
  m_words->setVisible(!m_words->text().isEmpty() && (!obstacle.isEmpty() || !m_isShort.value_or(false)));
}

void MatrixPage::choosePreset(const DriftPreset& preset) {
  QSettings().setValue(kPresetKey, qt(preset.id));
  m_form->setPreset(preset);
  std::vector<EngineChoice> engines;
  for (const std::string_view id : preset.engines)
    if (const auto engine = parseEngine(id)) engines.push_back(*engine);
  m_engines->setTicked(std::move(engines));
  m_engine = preset.shown;
  ask();
}

void MatrixPage::ask() {
  showWords();
  if (!m_isAsked || m_engines->ticked().empty()) return;
  DriftQuestion question = m_form->question();
  question.settings.engines = m_engines->ticked();
  question.settings.measures = m_measured->isMeasured();
  m_asked = m_material.tensorsOf(question);
  if (m_form->obstacle().isEmpty())
    m_study.ask(std::move(question), m_material);
  else
    m_study.drop();
}

void MatrixPage::showNothing() {
  m_curve->clear();
  m_ulps->clear();
  m_map->show({});
  m_pictures->setNote({});
  for (PictureCard* card : {m_curveCard, m_ulpsCard, m_mapCard}) card->refresh();
  m_table->clear();
  m_trace->clear(m_form->obstacle());
}

void MatrixPage::showOutcome() {
  const auto& outcome = m_study.outcome();  // of the question before until the first point of this one is there
  if (!outcome) return m_study.isRunning() ? void() : showNothing();
  const auto& engines = outcome->question.settings.engines;
  m_engine = std::min(m_engine, engines.size() - 1);
  m_curveCard->refresh();
  m_pictures->setNote(outcome->origin);
  m_table->show(*outcome, m_engine);
  if (!outcome->whole) {
    m_curve->show(signedBy(*outcome, driftFigure(engines, outcome->points, m_engine)));
    return;
  }
  m_ulps->show(
      signedBy(*outcome, ulpFigure(outcome->whole->series, outcome->whole->reference, outcome->whole->measured)));
  m_ulpsCard->refresh();
  chooseEngine(m_engine);
}

void MatrixPage::chooseEngine(std::size_t engine) {
  m_engine = engine;
  const auto& outcome = m_study.outcome();
  if (!outcome) return;
  m_curve->show(signedBy(*outcome, driftFigure(outcome->question.settings.engines, outcome->points, engine)));
  if (!outcome->whole) return;
  const DriftSeries& series = outcome->whole->series[engine];
  const std::size_t columns = outcome->whole->reference.columns;
  const std::size_t row = series.error.worst / columns;
  const std::size_t column = series.error.worst % columns;
  MapFigure map = errorMapFigure(series, outcome->whole->reference);
  map.notes.push_back(
      tr("%1, largest at [%2, %3]").arg(qt(briefTitle(series.engine))).arg(row).arg(column).toStdString());
  m_map->show(signedBy(*outcome, std::move(map)));
  m_mapCard->refresh();
  chooseElement(row, column);
}

void MatrixPage::chooseElement(std::size_t row, std::size_t column) { m_study.trace(m_engine, row, column); }

void MatrixPage::showTrace() {
  const auto& outcome = m_study.outcome();
  if (const auto& traced = m_study.lastTrace(); traced && outcome)
    m_trace->show(*traced, *outcome);
  else
    m_trace->clear({});
}

bool MatrixPage::exportFigure() {
  PictureCard* card = m_map->hasFocus() ? m_mapCard : m_pictures->current() == m_ulpsCard ? m_ulpsCard : m_curveCard;
  card->exportPicture();
  return true;
}

QString MatrixPage::copyText() const {
  TableView& table = m_trace->isVisible() ? m_trace->table() : m_table->table();
  return table.textAs(TableView::CopyAs::Tsv);
}

QWidget* MatrixPage::filterField() { return &m_engines->filterField(); }

namespace {

/// Errors that part company as K grows.
void paintPreview(QPainter& painter, const QRectF& rect) {
  struct Line {
    double from, bend, to;
  };
  constexpr Line kLines[] = {{0.45, 0.6, 0.1}, {0.45, 0.65, 0.3}, {0.46, 0.62, 0.68}, {0.85, 0.82, 0.7}};
  for (std::size_t i = 0; i < std::size(kLines); ++i) {
    QPainterPath path;
    path.moveTo(rect.left(), rect.top() + kLines[i].from * rect.height());
    path.quadTo(rect.left() + 0.5 * rect.width(), rect.top() + kLines[i].bend * rect.height(), rect.right(),
                rect.top() + kLines[i].to * rect.height());
    painter.setPen(QPen(theme().colors().series[i], 1.6));
    painter.drawPath(path);
  }
}

}  // namespace

const PageEntry& matrix_page_entry() {
  static const PageEntry entry{
      .id = "matrix",
      .title = QT_TRANSLATE_NOOP("PageEntry", "Matrix"),
      .icon = "matrix",
      .summary = QT_TRANSLATE_NOOP(
          "PageEntry", "Matrix products as tensor cores compute them, against FP64: where the error comes in."),
      .paintPreview = paintPreview,
      .create = [](Session& session, QWidget* parent) -> Page* { return new MatrixPage(session, parent); }};
  return entry;
}

}  // namespace ulpscope
