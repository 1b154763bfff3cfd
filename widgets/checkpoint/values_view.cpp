// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/values_view.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QSignalBlocker>
#include <QTableView>
#include <QVBoxLayout>

#include "widgets/checkpoint/slice_box.h"
#include "widgets/frame/labels.h"
#include "widgets/models/matrix_values_model.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {
constexpr std::uint64_t kMostCopied = 1 << 20;
}  // namespace

ValuesView::ValuesView(Session& session, QWidget* parent)
    : TensorView(session, parent),
      m_note(new PlainLabel({}, TextRole::Muted)),
      m_slice(new SliceBox),
      m_model(new MatrixValuesModel(session, this)),
      m_table(new QTableView),
      m_copying(session) {
  m_table->setModel(m_model);
  m_table->setAccessibleName(tr("Values"));
  m_table->setObjectName(QStringLiteral("values"));
  m_table->setFont(theme().numbers(12));
  m_table->setFrameShape(QFrame::NoFrame);
  m_table->setCornerButtonEnabled(false);  // it would select, and so read, everything
  m_table->setSelectionMode(QAbstractItemView::ContiguousSelection);
  m_table->horizontalHeader()->setDefaultSectionSize(112);
  m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  m_table->verticalHeader()->setDefaultSectionSize(24);
  m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  m_slice->setObjectName(QStringLiteral("valuesSlice"));
  auto* top = new QHBoxLayout;
  top->addWidget(m_note, 1);
  top->addWidget(m_slice, 0, Qt::AlignRight);
  all->addLayout(top);
  all->addWidget(m_table, 1);
  connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
    if (!now.isValid() || !tensor()) return;
    this->session().selectElement(
        m_matrix.elementAt(static_cast<std::uint64_t>(now.row()), static_cast<std::uint64_t>(now.column())));
  });
  connect(m_table, &QAbstractItemView::activated, this,
          [this] { Q_EMIT this->session().pageRequested(QStringLiteral("explorer")); });
  connect(&session, &Session::selectionChanged, this, &ValuesView::followSelection);
  connect(m_slice, &QSpinBox::valueChanged, this, &ValuesView::showMatrix);
  makeCopyable(*m_table, CopyIn([this](CopyAs form) { copySelection(form); }));
}

void ValuesView::refresh() {
  m_slice->setShape(tensor() ? tensor()->source.info().shape : std::vector<std::uint64_t>());
  showMatrix();
  followSelection();
}

/// The element may have been chosen while something else was in front.
void ValuesView::showEvent(QShowEvent* event) {
  TensorView::showEvent(event);
  followSelection();
}

void ValuesView::showMatrix() {
  m_matrix = tensor() ? m_slice->matrix() : MatrixSlice();
  m_model->setSource(tensor() ? std::optional(tensor()->source) : std::nullopt, m_matrix);
  const auto clipped = m_model->clippedTo();
  m_note->setVisible(clipped.has_value());
  if (clipped)
    m_note->setText(tr("Shown are the first %1 rows and %2 columns: more than that, a table cannot hold.")
                        .arg(grouped(clipped->rows), grouped(clipped->columns)));
}

void ValuesView::copySelection(CopyAs form) {
  const QItemSelection selected = m_table->selectionModel()->selection();
  if (!tensor() || selected.isEmpty()) return;
  const QItemSelectionRange& range = selected.first();  // contiguous, so the only one
  const MatrixPart part{static_cast<std::uint64_t>(range.top()), static_cast<std::uint64_t>(range.left()),
                        static_cast<std::uint64_t>(range.height()), static_cast<std::uint64_t>(range.width())};
  if (part.rows * part.columns > kMostCopied)
    return session().report(
        Report{.sentence = tr("%1 values are selected, and at most %2 are copied. The details export the whole tensor.")
                               .arg(grouped(part.rows * part.columns), grouped(kMostCopied)),
               .warning = true});
  m_copying.start(
      tr("copying values"),
      [source = tensor()->source, matrix = m_matrix, part](const JobContext& job) {
        return MatrixValuesModel::read(source, matrix, part, job);
      },
      [this, form](const Result<Table>& table) {
        if (!table) return session().report(table.error());
        copyToClipboard(*table, form);
      });
}

void ValuesView::followSelection() {
  const Selection& selection = session().selection();
  if (!tensor() || !isVisible() || !selection.element || selection.tensor != tensor()->tensor ||
      selection.checkpoint != tensor()->checkpoint)
    return;
  const std::uint64_t element = *selection.element;
  const std::uint64_t size = m_matrix.shape.rows * m_matrix.shape.columns;
  if (size == 0) return;
  if (element < m_matrix.first || element - m_matrix.first >= size) {  // in another slice
    const QSignalBlocker quiet(m_slice);
    m_slice->showElement(element);
    showMatrix();
  }
  const std::uint64_t at = element - m_matrix.first;
  const QModelIndex cell =
      m_model->index(static_cast<int>(at / m_matrix.shape.columns), static_cast<int>(at % m_matrix.shape.columns));
  if (!cell.isValid() || cell == m_table->currentIndex()) return;
  const QSignalBlocker quiet(m_table->selectionModel());
  m_table->setCurrentIndex(cell);
  m_table->scrollTo(cell);
  m_table->viewport()->update();
}

}  // namespace ulpscope
