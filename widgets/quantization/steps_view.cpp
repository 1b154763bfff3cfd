// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/steps_view.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QScrollBar>
#include <QShortcut>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "core/backend/backend.h"
#include "core/report/board_text.h"
#include "widgets/forms/field.h"
#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/quantization/board_canvas.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kList = 240;
constexpr int kPaste = 74;  ///< three lines
constexpr std::uint64_t kVectors = 6;

// Ids of the inputs beside examples, which are their numbers.
const QString kTensor = QStringLiteral("tensor");
const QString kPasted = QStringLiteral("pasted");

QPlainTextEdit* pasteField(const QString& name, const QString& hint) {
  auto* edit = new QPlainTextEdit;
  edit->setAccessibleName(name);
  edit->setPlaceholderText(hint);
  edit->setTabChangesFocus(true);
  edit->setFixedHeight(kPaste);
  edit->setLineWrapMode(QPlainTextEdit::NoWrap);
  edit->setFont(theme().numbers(12));
  QObject::connect(&theme(), &Theme::changed, edit, [edit] { edit->setFont(theme().numbers(12)); });
  return edit;
}

/// The lesson that is about a scheme of the list.
const char* lessonOf(const std::string& scheme) {
  if (scheme == "bnb_nf4") return "nf4";
  if (scheme == "llm_int8") return "llm_int8";
  if (scheme == "gptq") return "gptq";
  if (scheme == "int_affine" || scheme == "gemmlowp") return "affine";
  if (scheme == "int8_row" || scheme == "int8_column" || scheme == "int8_group" || scheme == "int_symmetric")
    return "granularity";
  return "absmax";
}

QString rowsText(const SmallMatrix& matrix) {
  QString text;
  for (std::size_t i = 0; i < matrix.values.size(); ++i) {
    if (i != 0) text += i % matrix.shape.columns == 0 ? u'\n' : u' ';
    text += QString::number(double{matrix.values[i]}, 'g', 6);
  }
  return text;
}

}  // namespace

StepsView::StepsView(QWidget* parent)
    : QWidget(parent),
      m_backend(makeReferenceBackend()),
      m_lesson(comboBox(tr("Board"))),
      m_input(comboBox(tr("Numbers"))),
      m_matrix(pasteField(tr("Matrix, a row a line"), QStringLiteral("2.1 3.1 2.5\n-0.4 1.2 0.7"))),
      m_inputs(pasteField(tr("Inputs of the layer, a row a vector"), tr("empty: a fixed pattern"))),
      m_matrixField(new Field(tr("Matrix, a row a line"), m_matrix)),
      m_inputsField(new Field(tr("Inputs of the layer, a row a vector"), m_inputs)),
      m_note(new PlainLabel({}, TextRole::Muted)),
      m_error(new PlainLabel({}, TextRole::Bad)),
      m_steps(new QListWidget),
      m_scroll(new QScrollArea),
      m_title(new PlainLabel({}, TextRole::Title)),
      m_text(new PlainLabel),
      m_canvas(new BoardCanvas),
      m_place(new PlainLabel({}, TextRole::Note)),
      m_cell(new ElidedLabel({}, TextRole::Muted)),
      m_previous(new LinkButton(tr("previous"))),
      m_next(new LinkButton(tr("next"), LinkButton::Tone::Accent)),
      m_back(new LinkButton(tr("back to the tensor"), LinkButton::Tone::Accent)) {
  for (const StepLesson* each : stepLessons()) {
    m_lesson->addItem(qt(each->title), qt(each->id));
    m_lesson->setItemData(m_lesson->count() - 1, plainToolTip(qt(each->summary)), Qt::ToolTipRole);
  }
  m_matrix->setPlainText(rowsText(stepLessons().front()->examples.front().input.weights));
  layOut();
  connectParts();
  offerInputs(QStringLiteral("0"));
  makeBoard();
}

StepsView::~StepsView() = default;

void StepsView::layOut() {
  auto* card = new Card(tr("Step by step"));
  auto* copy = new LinkButton(tr("copy"));
  copy->setToolTip(plainToolTip(tr("The whole board as text; in a grid, Ctrl+C copies that grid")));
  auto* save = new LinkButton(tr("export"));
  save->setToolTip(plainToolTip(tr("This step as a picture")));
  connect(copy, &LinkButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(plainText()); });
  connect(save, &LinkButton::clicked, this, &StepsView::exportPicture);
  card->addToHeader(copy);
  card->addToHeader(save);
  card->addToHeader(m_back);
  card->body()->addWidget(buildChoice());
  card->body()->addWidget(m_note);
  card->body()->addWidget(m_error);
  auto* content = new QHBoxLayout;
  content->setSpacing(16);
  content->addWidget(m_steps);
  content->addWidget(buildStep(), 1);
  card->body()->addLayout(content, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(card);

  m_note->setWordWrap(true);
  m_error->setWordWrap(true);
  m_error->setAccessibleName(tr("Why there is no board"));
  m_steps->setAccessibleName(tr("Steps"));
  m_steps->setFrameShape(QFrame::NoFrame);
  m_steps->setFixedWidth(kList);
  m_steps->setWordWrap(true);
  m_steps->setSpacing(1);
  m_steps->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_steps->viewport()->setAutoFillBackground(false);
}

QWidget* StepsView::buildChoice() {
  auto* choice = new QWidget;
  auto* rows = new QVBoxLayout(choice);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(8);
  auto* boxes = new QHBoxLayout;
  boxes->setSpacing(12);
  boxes->addWidget(new Field(tr("Board"), m_lesson));
  boxes->addWidget(new Field(tr("Numbers"), m_input));
  boxes->addStretch();
  rows->addLayout(boxes);
  auto* pasted = new QHBoxLayout;
  pasted->setSpacing(12);
  pasted->addWidget(m_matrixField, 1);
  pasted->addWidget(m_inputsField, 1);
  rows->addLayout(pasted);
  return choice;
}

QWidget* StepsView::buildStep() {
  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 4, 12, 0);
  column->setSpacing(8);
  m_text->setWordWrap(true);
  m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_title->setWordWrap(true);
  column->addWidget(m_title);
  column->addWidget(m_text);
  column->addSpacing(4);
  column->addWidget(m_canvas);
  column->addStretch(1);
  m_scroll->setAccessibleName(tr("The step"));
  m_scroll->setFocusPolicy(Qt::NoFocus);  // the numbers in it have it, and keep their cell in sight
  m_scroll->setFrameShape(QFrame::NoFrame);
  m_scroll->setWidgetResizable(true);
  m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_scroll->setWidget(content);
  content->setAutoFillBackground(false);  // setWidget() turns it on
  m_scroll->viewport()->setAutoFillBackground(false);

  auto* pager = new QHBoxLayout;
  pager->setSpacing(16);
  m_previous->setToolTip(plainToolTip(tr("Left arrow")));
  m_next->setToolTip(plainToolTip(tr("Right arrow")));
  pager->addWidget(m_previous);
  pager->addWidget(m_place);
  pager->addWidget(m_next);
  pager->addWidget(m_cell, 1);
  m_cell->setObjectName(QStringLiteral("cellInFocus"));
  auto* step = new QWidget;
  auto* rows = new QVBoxLayout(step);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(8);
  rows->addWidget(m_scroll, 1);
  rows->addLayout(pager);
  return step;
}

void StepsView::connectParts() {
  connect(m_lesson, &QComboBox::currentIndexChanged, this, [this] {
    offerInputs(currentId(*m_input));
    makeBoard();
  });
  connect(m_input, &QComboBox::currentIndexChanged, this, &StepsView::makeBoard);
  connect(m_matrix, &QPlainTextEdit::textChanged, this, &StepsView::makeBoard);
  connect(m_inputs, &QPlainTextEdit::textChanged, this, &StepsView::makeBoard);
  connect(m_steps, &QListWidget::currentRowChanged, this, &StepsView::showStep);
  connect(m_previous, &LinkButton::clicked, this, [this] { go(-1); });
  connect(m_next, &LinkButton::clicked, this, [this] { go(1); });
  connect(m_back, &LinkButton::clicked, this, &StepsView::left);
  connect(m_canvas, &BoardCanvas::described, m_cell, &ElidedLabel::setText);
  connect(m_canvas, &BoardCanvas::walkedTo, this, [this](const QRect& cell) {
    const QPoint at = m_canvas->mapTo(m_scroll->widget(), cell.center());
    m_scroll->ensureVisible(at.x(), at.y(), cell.width(), 2 * cell.height());
  });
  const auto onKey = [this](Qt::Key key, auto act) {
    connect(new QShortcut(key, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, this,
            act);
  };
  onKey(Qt::Key_Right, [this] { go(1); });
  onKey(Qt::Key_Left, [this] { go(-1); });
}

/// Escape is taken before the window's own, which cancels tasks.
bool StepsView::event(QEvent* event) {
  const bool isOverride = event->type() == QEvent::ShortcutOverride;
  if ((!isOverride && event->type() != QEvent::KeyPress) || static_cast<QKeyEvent*>(event)->key() != Qt::Key_Escape)
    return QWidget::event(event);
  event->accept();
  if (!isOverride) Q_EMIT left();
  return true;
}

void StepsView::setTensor(const QString& name, const std::shared_ptr<const LoadedTensor>& tensor,
                          const std::shared_ptr<const LayerCalibration>& layer) {
  const bool isSmall = tensor && !tensor->values.empty() && tensor->values.size() <= kMostStepValues;
  const std::shared_ptr<const LoadedTensor> small = isSmall ? tensor : nullptr;
  if (m_tensor == small && m_layer == layer && m_tensorName == name) return;
  m_tensor = small;
  m_layer = layer;
  m_tensorName = name;
  const QString now = currentId(*m_input);
  offerInputs(now);
  if (now == kTensor) makeBoard();
}

void StepsView::begin(const std::string& scheme) {
  const QSignalBlocker quietly(m_lesson);
  setCurrentId(*m_lesson, QLatin1String(lessonOf(scheme)));
  offerInputs(m_tensor ? kTensor : currentId(*m_input));
  makeBoard();
  m_steps->setFocus();
}

/// The list of inputs with `wanted` chosen, or its first where there is none of that id any more.
void StepsView::offerInputs(const QString& wanted) {
  const QSignalBlocker quietly(m_input);
  m_input->clear();
  const auto& examples = lesson().examples;
  for (std::size_t i = 0; i < examples.size(); ++i) m_input->addItem(qt(examples[i].title), QString::number(i));
  if (m_tensor) m_input->addItem(tr("Selected tensor: %1").arg(m_tensorName.right(40)), kTensor);
  m_input->addItem(tr("Pasted numbers"), kPasted);
  m_input->setCurrentIndex(std::max(0, m_input->findData(wanted)));
}

const StepLesson& StepsView::lesson() const {
  const StepLesson* found = findStepLesson(currentId(*m_lesson).toStdString());
  return found ? *found : *stepLessons().front();
}

Result<StepInput> StepsView::input() const {
  const QString id = currentId(*m_input);
  if (id == kPasted) return pastedInput();
  if (id == kTensor && m_tensor) return tensorInput();
  const auto& examples = lesson().examples;
  return examples[std::min<std::size_t>(id.toUInt(), examples.size() - 1)].input;
}

Result<StepInput> StepsView::pastedInput() const {
  auto matrix = parseSmallMatrix(m_matrix->toPlainText().toStdString());
  if (!matrix) return tl::unexpected(std::move(matrix).error());
  StepInput input{*std::move(matrix), {}, tr("Numbers as pasted.").toStdString()};
  const QString text = m_inputs->toPlainText().trimmed();
  if (!lesson().takesInputs || text.isEmpty()) return input;
  auto vectors = parseSmallMatrix(text.toStdString(), kMostStepInputs);
  if (!vectors) return tl::unexpected(std::move(vectors).error());
  input.inputs = *std::move(vectors);
  return input;
}

StepInput StepsView::tensorInput() const {
  StepInput input{{m_tensor->shape, m_tensor->values}, {}, tr("The tensor %1.").arg(m_tensorName).toStdString()};
  const std::uint64_t columns = m_tensor->shape.columns;
  if (!lesson().takesInputs || !m_layer || m_layer->columns != columns || columns == 0) return input;
  const std::uint64_t rows = std::min({m_layer->kept(), kVectors, kMostStepInputs / columns});
  if (rows == 0) return input;
  input.inputs.shape = {rows, columns};
  input.inputs.values.assign(m_layer->inputs.begin(), m_layer->inputs.begin() + std::ptrdiff_t(rows * columns));
  input.note += ' ' + tr("Its inputs are the first of those that are known of the layer.").toStdString();
  return input;
}

void StepsView::makeBoard() {
  const bool isPasted = currentId(*m_input) == kPasted;
  m_matrixField->setVisible(isPasted);
  m_inputsField->setVisible(isPasted && lesson().takesInputs);
  const auto given = input();
  auto board = given ? makeStepBoard(lesson(), *given, *m_backend) : Result<StepBoard>(tl::unexpected(given.error()));
  m_error->setVisible(!board);
  m_note->setVisible(board.has_value());
  if (!board) m_error->setText(shown(board.error().message));
  m_board = board ? *std::move(board) : StepBoard{};
  m_note->setText(qt(lesson().summary) + QLatin1Char(' ') + qt(m_board.note));
  const int before = m_steps->currentRow();
  {
    const QSignalBlocker quietly(m_steps);
    m_steps->clear();
    for (std::size_t i = 0; i < m_board.steps.size(); ++i)
      m_steps->addItem(QStringLiteral("%1  %2").arg(i + 1).arg(qt(m_board.steps[i].title)));
  }
  // Numbers that are being typed leave the reader where he is.
  showStep(isPasted && before < m_steps->count() ? std::max(0, before) : 0);
}

void StepsView::showStep(int step) {
  const int count = m_steps->count();
  const bool has = step >= 0 && step < count;
  {
    const QSignalBlocker quietly(m_steps);
    m_steps->setCurrentRow(has ? step : -1);
  }
  const BoardStep none;
  const BoardStep& now = has ? m_board.steps[std::size_t(step)] : none;
  m_title->setText(qt(now.title));
  m_text->setText(qt(now.text));
  m_canvas->show(qt(m_board.title), now);
  m_place->setText(has ? tr("%1 of %2").arg(step + 1).arg(count) : QString());
  m_previous->setEnabled(has && step > 0);
  m_next->setEnabled(has && step + 1 < count);
  m_scroll->verticalScrollBar()->setValue(0);
}

void StepsView::go(int by) {
  const int to = m_steps->currentRow() + by;
  if (to >= 0 && to < m_steps->count()) showStep(to);
}

QString StepsView::plainText() const { return qt(ulpscope::plainText(m_board)); }

bool StepsView::exportPicture() {
  if (m_canvas->grids().empty()) return false;
  m_canvas->askAndExport();
  return true;
}

}  // namespace ulpscope
