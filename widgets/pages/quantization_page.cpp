// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/quantization_page.h"

#include <QAction>
#include <QFileDialog>
#include <QPainter>
#include <QSplitter>
#include <QStackedLayout>
#include <QToolTip>
#include <span>

#include "core/base/text.h"
#include "core/formats/number_format.h"
#include "core/quantization/error_map.h"
#include "core/report/figures.h"
#include "core/report/npy.h"
#include "widgets/frame/card.h"
#include "widgets/frame/link_button.h"
#include "widgets/frame/notice.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/pages/quantization_views.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/error_panel.h"
#include "widgets/quantization/inputs_box.h"
#include "widgets/quantization/inputs_panel.h"
#include "widgets/quantization/scheme_form.h"
#include "widgets/quantization/scheme_table.h"
#include "widgets/quantization/steps_view.h"
#include "widgets/quantization/value_grid.h"
#include "widgets/quantization/weight_panel.h"
#include "widgets/quantization/what_if_box.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kNarrowBelow = 1200;
constexpr int kRoomyFrom = 1400;

// Widths of the form and the table, px, until the user moves them.
constexpr int kForm = 214;
constexpr int kGap = 16;
constexpr int kTable = 300;
constexpr int kRoomyTable = 430;
constexpr int kNarrowTable = 280;

constexpr std::uint64_t kWorkedExample = 64;  ///< elements of a tensor that is looked at number by number

QSplitter* splitter(const QString& name, Qt::Orientation orientation) { return newSplitter(name, orientation, kGap); }

Card* cardWith(const QString& title, QWidget* content) {
  auto* card = new Card(title);
  card->body()->addWidget(content);
  return card;
}

}  // namespace

QuantizationPage::QuantizationPage(Session& pageSession, QWidget* parent)
    : Page(pageSession, parent),
      m_study(pageSession),
      m_exporting(pageSession),
      m_stack(new QStackedLayout(this)),
      m_notice(new Notice(pageSession, {}, {})),
      m_columns(splitter(QStringLiteral("columns"), Qt::Horizontal)),
      m_rows(splitter(QStringLiteral("rows"), Qt::Vertical)),
      m_top(splitter(QStringLiteral("top"), Qt::Horizontal)),
      m_bottom(splitter(QStringLiteral("bottom"), Qt::Horizontal)),
      m_inputs(new InputsBox(pageSession)),
      m_whatIf(new WhatIfBox),
      m_form(new SchemeForm(m_inputs, m_whatIf)),
      m_sizePlot(new PlotView),
      m_errors(new ErrorPanel),
      m_weights(new WeightPanel),
      m_table(new SchemeTable(pageSession)),
      m_steps(new StepsView),
      m_basis(new LinkButton({})),
      m_restart(new LinkButton(tr("compute again"), LinkButton::Tone::Accent)) {
  layOut();
  connectParts();
  addSteps();
  addExports();
  m_study.setCalibration(session().calibration());
  showTensor();
}

void QuantizationPage::layOut() {
  m_sizeCard = cardWith(tr("Error against size"), m_sizePlot);
  auto* savePlot = new LinkButton(tr("export"));
  m_basis->setToolTip(plainToolTip(tr("The error of the weights, or of what the layer makes of its inputs")));
  m_sizeCard->addToHeader(m_restart);
  m_sizeCard->addToHeader(m_basis);
  m_sizeCard->addToHeader(savePlot);
  connect(savePlot, &LinkButton::clicked, m_sizePlot, &PlotView::askAndExport);

  m_tableCard = cardWith(tr("Schemes"), m_table);
  auto* saveTable = new LinkButton(tr("export"));
  m_tableCard->addToHeader(saveTable);
  connect(saveTable, &LinkButton::clicked, this, [this, saveTable] { m_table->openMenu(saveTable); });

  m_top->addWidget(m_sizeCard);
  m_bottom->addWidget(cardWith({}, m_errors));
  m_bottom->addWidget(cardWith({}, m_weights));
  m_rows->addWidget(m_top);
  m_rows->addWidget(m_bottom);
  m_columns->addWidget(cardWith({}, m_form));
  m_columns->addWidget(m_rows);
  m_columns->addWidget(m_tableCard);
  for (QSplitter* split : splitters())
    connect(split, &QSplitter::splitterMoved, this, [this, split] { storePlace(*split, placeKey(*split)); });
  m_stack->addWidget(m_notice);
  m_stack->addWidget(m_columns);
  m_stack->addWidget(m_steps);
}

void QuantizationPage::connectParts() {
  connect(&session(), &Session::selectionChanged, this, &QuantizationPage::follow);
  connect(&session(), &Session::backendChanged, &m_study, &QuantizationStudy::restart);
  connect(&session(), &Session::checkpointClosed, &m_study, &QuantizationStudy::forget);
  connect(&session(), &Session::checkpointReloaded, &m_study, &QuantizationStudy::forget);  // the old one
  connect(&m_study, &QuantizationStudy::tensorChanged, this, &QuantizationPage::showTensor);
  connect(&m_study, &QuantizationStudy::measured, this, &QuantizationPage::showMeasurement);
  connect(&m_study, &QuantizationStudy::compared, this, &QuantizationPage::showComparison);
  connect(&m_study, &QuantizationStudy::inputsSurveyed, this, &QuantizationPage::showInputs);
  connect(&m_study, &QuantizationStudy::incomplete, this, &QuantizationPage::showMeasurement);
  connect(&m_study, &QuantizationStudy::explained, this, [this](const WeightBoard& board) {
    m_weights->showBoard(board, board.element == session().selection().element);
  });
  connect(m_form, &SchemeForm::chosen, this, &QuantizationPage::choose);
  connect(m_whatIf, &WhatIfBox::edited, this, [this] { m_study.setWhatIf(m_whatIf->whatIf()); });
  connect(m_table, &SchemeTable::schemeChosen, this, [this](const std::string& id) { choose(id, {}); });
  connect(m_sizePlot, &PlotView::itemClicked, this, &QuantizationPage::chooseTitled);
  connect(m_errors, &ErrorPanel::partClicked, this, &QuantizationPage::clickPart);
  connect(m_errors, &ErrorPanel::weightClicked, &session(), &Session::selectElement);
  connect(m_weights, &WeightPanel::elementChosen, this,
          [this](std::uint64_t element) { session().selectElement(element); });
  connect(&m_weights->values(), &ValueGrid::elementPointedAt, this, [this](std::uint64_t element, const QPoint& place) {
    m_pointedAt = place;
    m_study.glance(element);
  });
  connect(&m_study, &QuantizationStudy::glanced, this, &QuantizationPage::showGlance);
  connect(m_weights, &WeightPanel::bitsRequested, this,
          [this] { Q_EMIT session().pageRequested(QStringLiteral("explorer")); });
  connect(&session(), &Session::calibrationChanged, this, [this] { m_study.setCalibration(session().calibration()); });
  connect(m_basis, &LinkButton::clicked, this, [this] {
    m_ofOutputs = !m_ofOutputs;
    showComparison();
  });
  connect(m_restart, &LinkButton::clicked, this, [this] {
    m_study.restart();
    showNote();
  });
}

void QuantizationPage::addSteps() {
  auto* action = new QAction(tr("step by step"), this);
  action->setObjectName(QStringLiteral("steps"));
  action->setToolTip(tr("A scheme at work on a few numbers"));
  connect(action, &QAction::triggered, this, [this] { showSteps(true); });
  addAction(action);
  m_form->addExport(action);
  auto* fromNotice = new LinkButton(tr("step by step, on worked examples"), LinkButton::Tone::Accent);
  connect(fromNotice, &LinkButton::clicked, action, &QAction::trigger);
  m_notice->addBelow(fromNotice);
  connect(m_weights, &WeightPanel::stepsRequested, action, &QAction::trigger);
  connect(m_steps, &StepsView::left, this, [this] { showSteps(false); });
}

void QuantizationPage::showSteps(bool isShown) {
  m_showsSteps = isShown;
  showFront();
  if (isShown) m_steps->begin(session().selection().scheme);
}

void QuantizationPage::showFront() {
  const TensorInfo* tensor = session().selection().tensorInfo();
  const bool isReadable = tensor && tensor->isReadable() && tensor->elements > 0;
  m_steps->setTensor(tensor ? shown(tensor->name) : QString(), m_study.tensor(), m_study.layer());
  QWidget* const front = isReadable ? static_cast<QWidget*>(m_columns) : m_notice;
  m_stack->setCurrentWidget(m_showsSteps ? m_steps : front);
}

void QuantizationPage::addExports() {
  const auto add = [this](const QString& title, const QString& suffix, void (QuantizationPage::*save)(const QString&)) {
    auto* action = new QAction(title, this);
    connect(action, &QAction::triggered, this, [this, title, suffix, save] {
      if (!m_study.measurement()) return;
      const QString name = QString::fromStdString(m_study.scheme().info().id) + suffix;
      const QString path = QFileDialog::getSaveFileName(this, title, name, tr("NumPy array (*.npy)"));
      if (!path.isEmpty()) (this->*save)(path);
    });
    addAction(action);
    m_form->addExport(action);
  };
  add(tr("export codes (.npy)"), QStringLiteral("-codes.npy"), &QuantizationPage::exportCodes);
  add(tr("export restored (.npy)"), QStringLiteral("-restored.npy"), &QuantizationPage::exportRestored);
}

void QuantizationPage::placeTable() {
  const bool isNarrow = width() < kNarrowBelow;
  if (m_isNarrow == isNarrow) return;
  m_isNarrow = isNarrow;
  (isNarrow ? m_top : m_columns)->addWidget(m_tableCard);
  m_rows->setSizes({460, 540});  // shares
  m_bottom->setSizes({440, 560});
  if (isNarrow) {
    m_columns->setSizes({kForm, width() - kForm});
    m_top->setSizes({width() - kForm - kNarrowTable, kNarrowTable});
  } else {
    const int table = width() < kRoomyFrom ? kTable : kRoomyTable;
    m_columns->setSizes({kForm, width() - kForm - table, table});
  }
  for (int i = 0; i < m_columns->count(); ++i) m_columns->setStretchFactor(i, i == 1 ? 1 : 0);
  for (QSplitter* split : splitters()) restorePlace(*split, placeKey(*split));
}

QString QuantizationPage::placeKey(const QSplitter& split) const {
  return QStringLiteral("quantization/%1/%2")
      .arg(m_isNarrow.value_or(false) ? QStringLiteral("narrow") : QStringLiteral("wide"), split.objectName());
}

void QuantizationPage::resizeEvent(QResizeEvent* event) {
  Page::resizeEvent(event);
  placeTable();
}

void QuantizationPage::activated() { follow(); }

/// Nothing is computed for a page that nobody looks at.
void QuantizationPage::follow() {
  if (!isVisible()) return;
  const Selection& selection = session().selection();
  m_study.follow(selection);
  m_form->setChosen(m_study.scheme(), m_study.settings());
  if (m_shownScheme != m_study.scheme().info().id) showComparison();
  explain();
}

void QuantizationPage::showTensor() {
  const TensorInfo* tensor = session().selection().tensorInfo();
  const bool isReadable = tensor && tensor->isReadable() && tensor->elements > 0;
  showFront();
  if (!tensor)
    m_notice->setText(tr("What a quantization scheme does to a tensor"),
                      tr("Open a checkpoint and pick a tensor: its rounding error in each scheme against the true bits "
                         "per weight, where the error is, and each step of one weight."));
  else if (!isReadable)
    m_notice->setText(shown(tensor->name), tensor->elements == 0
                                               ? tr("This tensor has no elements to quantize.")
                                               : tr("There is nothing to quantize: its values cannot be read.") + u' ' +
                                                     whyUnreadable(*tensor));
  if (!m_study.tensor()) m_isNewTensor = true;
  m_inputs->setNote(inputsNote());
  showInputs();
  m_form->setShape(isReadable ? std::optional(matrixShape(tensor->shape)) : std::nullopt);
  m_form->setChosen(m_study.scheme(), m_study.settings());
  showMeasurement();
}

void QuantizationPage::showInputs() {
  const TensorInfo* tensor = session().selection().tensorInfo();
  const auto& layer = m_study.layer();
  const QString why = !layer                  ? tr("Nothing is known of the layer's inputs.")
                      : layer->inputs.empty() ? tr("No input vectors were kept, only what was computed from them.")
                                              : tr("Looking at the inputs\u2026");
  m_errors->inputs().show(tensor ? shown(tensor->name) : QString(), m_study.inputs(), why);
}

QString QuantizationPage::inputsNote() const {
  if (const auto& error = m_study.layerError()) return shown(error->message);
  const auto& layer = m_study.layer();
  if (!layer) return {};
  const QString origin = layer->isSynthetic ? tr("drawn, not recorded") : tr("recorded");
  QString note = layer->samples > 0 ? tr("%1 vectors, %2").arg(grouped(layer->samples), origin) : origin;
  for (const std::string& warning : m_study.layerWarnings())
    note += QStringLiteral("\n") + tr("Beware: %1").arg(QString::fromStdString(warning));
  return note;
}

void QuantizationPage::showMeasurement() {
  const TensorInfo* tensor = session().selection().tensorInfo();
  m_form->setRefusal(m_study.refusal() ? shown(m_study.refusal()->message) : QString());
  m_errors->show(m_study.measurement());
  m_weights->show(m_study.tensor(), m_study.measurement(), tensor);
  if (m_isNewTensor && m_study.measurement()) {
    m_isNewTensor = false;
    if (tensor->elements <= kWorkedExample) m_weights->preferValues();
  }
  showComparison();
  explain();
}

void QuantizationPage::showComparison() {
  const std::vector<SchemeComparison> schemes = m_study.comparison();
  const std::string& chosen = m_shownScheme = m_study.scheme().info().id;
  const TensorInfo* tensor = session().selection().tensorInfo();
  const bool hasOutputs = m_study.layer() != nullptr;
  const ErrorBasis basis = m_ofOutputs && hasOutputs ? ErrorBasis::Outputs : ErrorBasis::Weights;
  m_basis->setVisible(hasOutputs);
  m_basis->setText(basis == ErrorBasis::Outputs ? tr("of outputs") : tr("of weights"));
  m_sizePlot->show(schemes.empty() || !tensor ? Figure()
                                              : errorAgainstSizeFigure(tensor->name, schemes, chosen, basis));
  m_table->show(schemes, chosen);
  showNote();
}

void QuantizationPage::showNote() {
  m_restart->setVisible(m_study.isIncomplete());
  if (m_study.isIncomplete()) return m_sizeCard->setNote(tr("stopped"));
  const auto& tensor = m_study.tensor();
  if (tensor && !tensor->warnings.empty()) {
    const QString first = shown(tensor->warnings.front());
    const std::size_t more = tensor->warnings.size() - 1;
    return m_sizeCard->setNote(more == 0 ? first : tr("%1 (and %2 more)").arg(first).arg(more));
  }
  m_sizeCard->setNote(whatIfNote());
}

QString QuantizationPage::whatIfNote() const {
  const WhatIf& what = m_study.whatIf();
  QStringList parts;
  if (m_study.injected() != 0) parts += tr("%1 outliers injected").arg(grouped(m_study.injected()));
  if (what.keptColumns != 0) parts += tr("%1 in FP16").arg(QString::fromStdString(counted(what.keptColumns, "column")));
  if (what.keptElements != 0)
    parts += tr("%1 in FP16").arg(QString::fromStdString(counted(what.keptElements, "weight")));
  if (what.rounding) {
    const QString mode = qt(idOf(what.rounding->mode)).replace(u'_', u' ');
    parts += what.rounding->mode == Rounding::Stochastic
                 ? tr("codes rounded stochastically, seed %1").arg(what.rounding->seed)
                 : tr("codes rounded %1").arg(mode);
  }
  return parts.isEmpty() ? tr("all schemes on this tensor") : parts.join(QStringLiteral(" \u00b7 "));
}

void QuantizationPage::explain() {
  const auto& measurement = m_study.measurement();
  if (!measurement) return;
  m_study.explain(session().selection().element.value_or(measurement->report.metrics.maxAt));
}

/// How the weight under the pointer went through the scheme, line by line.
void QuantizationPage::showGlance(const WeightBoard& board) {
  QStringList lines;
  for (const BoardLine& line : board.lines)
    lines += QStringLiteral("%1: %2").arg(QString::fromStdString(line.title), shown(line.text));
  QToolTip::showText(m_pointedAt, plainToolTip(lines.join(u'\n')), this);
}

void QuantizationPage::clickPart(const MatrixPart& part) {
  const auto& tensor = m_study.tensor();
  const auto& measurement = m_study.measurement();
  if (!tensor || !measurement) return;
  const auto element = largestErrorIn(tensor->view(), measurement->report.quantized.restored, part);
  if (element) session().selectElement(*element);
}

void QuantizationPage::choose(const std::string& scheme, const Settings& settings) {
  const Selection& now = session().selection();
  if (now.scheme != scheme || now.settings != settings) session().selectScheme(scheme, settings);
}

/// A dot carries the title of its scheme.
void QuantizationPage::chooseTitled(std::size_t series, std::size_t point) {
  const Series& dots = m_sizePlot->figure().series[series];
  if (dots.kind != Series::Kind::Points) return;
  for (const Scheme* scheme : schemeRegistry())
    if (scheme->info().title == dots.labels[point] && scheme != &m_study.scheme()) choose(scheme->info().id, {});
}

bool QuantizationPage::exportFigure() {
  if (m_showsSteps) return m_steps->exportPicture();
  if (!m_study.measurement()) return false;
  m_sizePlot->askAndExport();
  return true;
}

QString QuantizationPage::copyText() const { return m_showsSteps ? m_steps->plainText() : m_weights->plainText(); }

void QuantizationPage::exportCodes(const QString& path) {
  const TensorInfo* tensor = session().selection().tensorInfo();
  if (!m_study.measurement() || !tensor) return;
  const std::filesystem::path file = filePath(path);
  if (const auto other = refuseOpenFile(file, session()); !other) return session().report(other.error());
  m_exporting.start(
      tr("writing codes"),
      [file, shape = tensor->shape, measurement = m_study.measurement()](const JobContext&) {
        const QuantizedTensor& quantized = measurement->report.quantized;
        return writeNpy(file, quantized.signedCodes ? "|i1" : "|u1", shape, std::as_bytes(std::span(quantized.codes)),
                        AtomicFile::Existing::Replace);
      },
      [this, path](const Result<>& written) {
        if (!written) return session().report(written.error());
        tellSaved(path, session());
      });
}

void QuantizationPage::exportRestored(const QString& path) {
  const TensorInfo* tensor = session().selection().tensorInfo();
  if (!m_study.measurement() || !tensor) return;
  const std::filesystem::path file = filePath(path);
  if (const auto other = refuseOpenFile(file, session()); !other) return session().report(other.error());
  m_exporting.start(
      tr("writing restored values"),
      [file, shape = tensor->shape, measurement = m_study.measurement()](const JobContext&) {
        return writeNpy(file, "<f4", shape, std::as_bytes(std::span(measurement->report.quantized.restored)),
                        AtomicFile::Existing::Replace);
      },
      [this, path](const Result<>& written) {
        if (!written) return session().report(written.error());
        tellSaved(path, session());
      });
}

namespace {

/// Dots of error against size on their front.
void paintPreview(QPainter& painter, const QRectF& rect) {
  constexpr QPointF kDots[] = {{0.06, 0.12}, {0.25, 0.4}, {0.3, 0.28}, {0.5, 0.58},
                               {0.72, 0.78}, {0.78, 0.5}, {0.94, 0.92}};
  constexpr std::size_t kFront[] = {0, 1, 3, 4, 6};
  const auto at = [&](QPointF share) {
    return QPointF(rect.left() + share.x() * rect.width(), rect.bottom() - share.y() * rect.height());
  };
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(theme().colors().muted, 1, Qt::DashLine));
  for (std::size_t i = 1; i < std::size(kFront); ++i) painter.drawLine(at(kDots[kFront[i - 1]]), at(kDots[kFront[i]]));
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme().colors().series[0]);
  for (const QPointF& dot : kDots) painter.drawEllipse(at(dot), 4, 4);
  painter.restore();
}

}  // namespace

const PageEntry& quantization_page_entry() {
  static const PageEntry entry{
      .id = "quantization",
      .title = QT_TRANSLATE_NOOP("PageEntry", "Quantize"),
      .icon = "quantize",
      .summary = QT_TRANSLATE_NOOP(
          "PageEntry", "Tensors through quantization schemes: bits, error, each step, and a recipe for the model."),
      .subject = Subject::Scheme,
      .paintPreview = paintPreview,
      .create = [](Session& session, QWidget* parent) -> Page* { return new QuantizationViews(session, parent); }};
  return entry;
}

}  // namespace ulpscope
