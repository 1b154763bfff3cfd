// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/model_view.h"

#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QSettings>
#include <QSplitter>
#include <QStackedLayout>
#include <algorithm>

#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/report/recipe_figure.h"
#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/frame/notice.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/models/table_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/budget_box.h"
#include "widgets/quantization/model_form.h"
#include "widgets/quantization/recipe_table.h"
#include "widgets/quantization/save_table.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

// Width of the form and height of the budget, px, until the user moves them.
constexpr int kForm = 230;
constexpr int kGap = 16;
constexpr int kTop = 252;

const QString kBudgetKey = QStringLiteral("quantization/model/budget");

QSplitter* splitter(const char* name, Qt::Orientation orientation) {
  return newSplitter(QLatin1String(name), orientation, kGap);
}

std::size_t keptIn(const RecipeSurvey& survey) {
  return static_cast<std::size_t>(
      std::ranges::count_if(survey.tensors, [](const RecipeTensor& tensor) { return !tensor.kept.empty(); }));
}

}  // namespace

ModelView::ModelView(Session& session, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_study(session),
      m_exporting(session),
      m_copying(session),
      m_stack(new QStackedLayout(this)),
      m_notice(new Notice(session, tr("A scheme for each tensor"),
                          tr("Open a checkpoint: what each of its tensors loses in each scheme, and the best mix of "
                             "schemes within a budget of bits, for the tool that you use."))),
      m_columns(splitter("columns", Qt::Horizontal)),
      m_rows(splitter("rows", Qt::Vertical)),
      m_form(new ModelForm(session)),
      m_budget(new BudgetBox),
      m_wish(QSettings().value(kBudgetKey, m_study.budget()).toDouble()),
      m_export(new LinkButton(tr("export recipe"), LinkButton::Tone::Accent)),
      m_copy(new LinkButton(tr("copy"))),
      m_usage(new PlainLabel({}, TextRole::Note)),
      m_savePlot(new LinkButton(tr("export"))),
      m_saveTable(new LinkButton(tr("export"))),
      m_plot(new PlotView),
      m_hint(new PlainLabel({}, TextRole::Muted)),
      m_table(new RecipeTable) {
  layOut();
  connectParts();
  m_study.setBudget(m_wish);
  m_budget->setBudget(m_wish);
  ask();
  follow();
}

void ModelView::layOut() {
  m_plotCard = new Card(tr("Error against bits"));
  m_plotCard->body()->addWidget(m_plot, 1);
  m_plotCard->body()->addStretch();  // in place of a plot that is hidden
  m_plot->setAccessibleName(tr("Error against bits of the whole model"));
  m_plotCard->addToHeader(m_savePlot);
  connect(m_savePlot, &LinkButton::clicked, m_plot, &PlotView::askAndExport);

  auto* formCard = new Card;
  formCard->body()->addWidget(m_form);
  auto* top = splitter("top", Qt::Horizontal);
  top->addWidget(buildBudget());
  top->addWidget(m_plotCard);
  top->setSizes({500, 500});  // shares
  m_rows->addWidget(top);
  m_rows->addWidget(buildTable());
  m_rows->setStretchFactor(1, 1);
  m_columns->addWidget(formCard);
  m_columns->addWidget(m_rows);
  m_columns->setStretchFactor(1, 1);
  m_columns->setSizes({kForm, 1000});
  for (QSplitter* split : {top, m_columns})
    keepPlace(*split, QStringLiteral("quantization/model/") + split->objectName());
  m_stack->addWidget(m_notice);
  m_stack->addWidget(m_columns);
}

/// The table has what the budget leaves.
void ModelView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  if (m_isPlaced || height() < 2 * kTop) return;
  m_isPlaced = true;
  m_rows->setSizes({kTop, height() - kTop - m_rows->handleWidth()});
  keepPlace(*m_rows, QStringLiteral("quantization/model/rows"));
}

QWidget* ModelView::buildBudget() {
  auto* card = new Card(tr("Budget"));
  card->addToHeader(m_export);
  card->addToHeader(m_copy);
  m_copy->setAccessibleName(tr("copy recipe"));
  m_copy->setToolTip(plainToolTip(tr("The recipe as the tool reads it, as text")));
  m_usage->setWordWrap(true);
  card->body()->addWidget(m_budget);
  card->body()->addWidget(m_usage);
  card->body()->addStretch();
  return card;
}

QWidget* ModelView::buildTable() {
  m_tableCard = new Card(tr("What each tensor loses, in percent"));
  m_tableCard->addToHeader(m_saveTable);
  connect(m_saveTable, &LinkButton::clicked, this, [this] {
    openTableMenu(m_table->table(), *m_saveTable, tr("Save the table of tensors"), QStringLiteral("tensors.csv"),
                  m_session);
  });
  m_hint->setWordWrap(true);
  m_hint->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  auto* content = new QWidget;
  m_tableStack = new QStackedLayout(content);
  m_tableStack->addWidget(m_hint);
  m_tableStack->addWidget(m_table);
  m_tableCard->body()->addWidget(content, 1);
  return m_tableCard;
}

void ModelView::connectParts() {
  connect(&m_session, &Session::selectionChanged, this, &ModelView::follow);
  connect(&m_session, &Session::checkpointClosed, &m_study, &ModelStudy::forget);
  connect(&m_session, &Session::checkpointReloaded, &m_study, &ModelStudy::forget);  // the old one
  connect(m_form, &ModelForm::edited, this, &ModelView::ask);
  connect(m_form, &ModelForm::measureRequested, &m_study, &ModelStudy::measure);
  connect(m_form, &ModelForm::cancelRequested, &m_study, &ModelStudy::cancel);
  // The keys go on with what has been measured, as soon as there is a budget to set.
  connect(m_form, &ModelForm::finished, m_budget, [this] { m_budget->setFocus(); }, Qt::QueuedConnection);
  connect(m_budget, &BudgetBox::budgetChanged, this, &ModelView::spend);
  connect(&m_study, &ModelStudy::surveyChanged, this, &ModelView::showSurvey);
  connect(&m_study, &ModelStudy::plansChanged, this, &ModelView::showPlan);
  connect(m_table, &RecipeTable::tensorChosen, this, [this](std::size_t tensor) {
    if (m_session.selection().checkpoint == m_study.checkpoint()) m_session.selectTensor(tensor);
  });
  connect(m_plot, &PlotView::itemClicked, this, [this](std::size_t series, std::size_t item) {
    m_budget->setBudget(m_plot->figure().series[series].x[item]);
    spend(m_budget->budget());
  });
  connect(m_export, &LinkButton::clicked, this, &ModelView::askAndExportRecipe);
  connect(m_copy, &LinkButton::clicked, this, &ModelView::copyRecipe);
}

void ModelView::follow() {
  const Selection& selection = m_session.selection();
  const bool isOther = selection.checkpoint != m_study.checkpoint();
  m_study.follow(selection);
  m_stack->setCurrentWidget(selection.checkpoint ? static_cast<QWidget*>(m_columns) : m_notice);
  m_table->setCurrentTensor(selection.tensor);
  if (isOther) showPlan();
}

void ModelView::setTarget(const QString& id) { m_form->setTarget(id); }

void ModelView::spend(double bitsPerWeight) {
  m_wish = bitsPerWeight;
  QSettings().setValue(kBudgetKey, bitsPerWeight);
  m_study.setBudget(bitsPerWeight);
}

void ModelView::ask() { m_study.setQuestion(m_form->question()); }

void ModelView::showSurvey() {
  const auto& survey = m_study.survey();
  if (survey != m_shownSurvey) m_table->showSurvey(survey, m_study.nameRanks());
  m_shownSurvey = survey;
  m_saveTable->setVisible(survey != nullptr);
  m_tableStack->setCurrentWidget(survey ? static_cast<QWidget*>(m_table) : m_hint);
  m_form->setMeasuring(m_study.isMeasuring());
  m_form->setMissing(m_study.missing(), m_study.asked());
  showNotes();
}

void ModelView::showNotes() {
  const auto& survey = m_study.survey();
  const auto& checkpoint = m_study.checkpoint();
  if (checkpoint) {
    m_hint->setText(tr("Measure reads each tensor once (%1 in all) and takes it through every scheme that is ticked: "
                       "what it loses in each, and from that the best recipe for any budget.")
                        .arg(qt(humanBytes(checkpoint->totalBytes()))));
  }
  if (!survey) return m_tableCard->setNote({});
  const std::size_t kept = keptIn(*survey);
  QString note = tr("%1, %2 kept").arg(qt(counted(survey->tensors.size() - kept, "tensor"))).arg(kept);
  if (m_study.missing() > 0) note += tr(" \u00b7 not all is measured");
  if (m_study.planned()) note += tr(" \u00b7 framed: the recipe");
  m_tableCard->setNote(note);
}

void ModelView::showPlan() {
  const auto& survey = m_study.planned();
  const auto& recipe = m_study.recipe();
  m_budget->setRange(m_study.range());
  if (m_study.range()) {
    m_budget->setBudget(m_wish);
    if (m_budget->budget() != m_study.budget()) m_study.setBudget(m_budget->budget());
  }
  m_table->showRecipe(survey, recipe);
  if (recipe)
    m_budget->showRecipe(*survey, *recipe);
  else if (const auto& refusal = m_study.refusal())
    m_budget->showSentence(shown(refusal->message), true);
  else
    m_budget->showSentence(m_study.survey() ? tr("The recipe follows when a scheme is measured on all tensors.")
                                            : tr("Nothing is measured yet."),
                           false);
  m_export->setVisible(hasFile());
  m_copy->setVisible(hasFile());
  m_saved.clear();
  showUsage();
  for (QWidget* part : {static_cast<QWidget*>(m_plot), static_cast<QWidget*>(m_savePlot)})
    part->setVisible(m_study.range().has_value());
  m_plot->show(survey && m_study.range() ? recipeFigure(*survey, m_study.curve(), recipe ? &*recipe : nullptr)
                                         : Figure());
}

void ModelView::showUsage() {
  const RecipeTarget* const target = m_study.question().target;
  m_usage->setVisible(m_study.recipe().has_value());
  if (!target) return m_usage->setText(tr("Choose a tool at the left to export the recipe for it."));
  const QString usage = qt(target->usage);
  m_usage->setText(m_saved.isEmpty() ? usage : tr("Saved as %1.\n%2").arg(m_saved, usage));
}

bool ModelView::exportFigure() {
  if (!m_study.recipe()) return false;
  m_plot->askAndExport();
  return true;
}

QString ModelView::copyText() const {
  return m_study.survey() ? m_table->table().textAs(TableView::CopyAs::Tsv) : QString();
}

std::function<Result<std::string>(const JobContext&)> ModelView::fileMaker() const {
  return [target = m_study.question().target, survey = m_study.planned(), recipe = *m_study.recipe()](
             const JobContext&) -> Result<std::string> { return target->write(*survey, recipe); };
}

void ModelView::askAndExportRecipe() {
  if (!hasFile()) return;
  const QString path = QFileDialog::getSaveFileName(this, tr("Export the recipe"),
                                                    qt(m_study.question().target->fileName), tr("All files (*)"));
  if (!path.isEmpty()) exportRecipe(path);
}

void ModelView::exportRecipe(const QString& path) {
  if (!hasFile()) return;
  const std::filesystem::path file = filePath(path);
  if (const auto other = refuseOpenFile(file, m_session); !other) return m_session.report(other.error());
  m_exporting.start(
      tr("writing the recipe"),
      [file, make = fileMaker()](const JobContext& job) -> Result<> {
        const auto text = make(job);
        if (!text) return tl::unexpected(text.error());
        return writeFile(file, *text, AtomicFile::Existing::Replace);
      },
      [this, path](const Result<>& written) {
        if (!written) return m_session.report(written.error());
        m_saved = shown(QFileInfo(path).fileName().toStdString());
        showUsage();
        tellSaved(path, m_session);
      });
}

void ModelView::copyRecipe() {
  if (!hasFile()) return;
  m_copying.start(tr("copying the recipe"), fileMaker(), [this](const Result<std::string>& text) {
    if (!text) return m_session.report(text.error());
    QGuiApplication::clipboard()->setText(QString::fromStdString(*text));
    m_session.note(tr("the recipe is in the clipboard"));
  });
}

}  // namespace ulpscope
