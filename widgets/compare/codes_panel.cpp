// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/codes_panel.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHeaderView>
#include <QMenu>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "core/base/atomic_file.h"
#include "core/formats/value_order.h"
#include "core/report/format_figures.h"
#include "core/report/ticks.h"
#include "widgets/compare/code_grid.h"
#include "widgets/compare/code_list_model.h"
#include "widgets/forms/field.h"
#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/frame/scrolled.h"
#include "widgets/models/table_view.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kLowestPicture = 110;  // px

constexpr int kBitsWidth = 190;  // px: 16 bits in up to four groups
constexpr int kCodeWidth = 100;
constexpr int kClassWidth = 120;
constexpr int kValueWidth = 200;

}  // namespace

CodesPanel::CodesPanel(Session& session, FormatChoice& choice, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_choice(choice),
      m_card(new Card(tr("All codes"))),
      m_stack(new QStackedWidget),
      m_grid(new CodeGrid),
      m_model(new CodeListModel(this)),
      m_list(new TableView(tr("All codes, as a table"))),
      m_tooWide(new PlainLabel({}, TextRole::Muted)),
      m_format(comboBox(tr("Format of the table of codes"))),
      m_openBits(new LinkButton(tr("open in Bits"))),
      m_turn(new LinkButton(tr("show as table"))),
      m_export(new LinkButton(tr("export"))) {
  m_tooWide->setWordWrap(true);
  m_tooWide->setAlignment(Qt::AlignCenter);
  m_list->setSource(m_model);
  QHeaderView* header = m_list->horizontalHeader();
  header->setSectionResizeMode(QHeaderView::Interactive);  // measuring 65,536 rows is not worth it
  header->resizeSection(CodeListModel::Code, kCodeWidth);
  header->resizeSection(CodeListModel::Bits, kBitsWidth);
  header->resizeSection(CodeListModel::Class, kClassWidth);
  header->resizeSection(CodeListModel::Value, kValueWidth);
  QScrollArea* area = scrolled(m_grid, kLowestPicture);
  m_gridArea = area;
  m_stack->addWidget(m_gridArea);
  m_stack->addWidget(m_list);
  m_stack->addWidget(m_tooWide);
  m_card->addToHeader(m_format);
  m_card->addToHeader(m_openBits);
  m_card->addToHeader(m_turn);
  m_card->addToHeader(m_export);
  m_card->body()->addWidget(m_stack);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_card);
  m_export->setAccessibleName(tr("All codes: export"));

  connect(m_format, &QComboBox::currentIndexChanged, this, &CodesPanel::showFormat);
  connect(m_turn, &LinkButton::clicked, this, [this] { showList(m_stack->currentWidget() == m_gridArea); });
  connect(m_export, &LinkButton::clicked, this, &CodesPanel::openExportMenu);
  connect(m_grid, &CodeGrid::described, this, &CodesPanel::setNote);
  connect(m_grid, &CodeGrid::codePicked, this, [this](quint64 code) { Q_EMIT codePicked(*m_shown, code); });
  connect(m_grid, &CodeGrid::walkedTo, area,
          [area](const QRect& cell) { area->ensureVisible(cell.center().x(), cell.center().y()); });
  connect(m_grid, &CodeGrid::codeOpened, this, &CodesPanel::bitsRequested);
  connect(m_list, &TableView::doubleClicked, this, &CodesPanel::bitsRequested);
  connect(m_openBits, &LinkButton::clicked, this, &CodesPanel::bitsRequested);
  connect(m_list, &TableView::rowChosen, this, [this](int row) { Q_EMIT codePicked(*m_shown, quint64(row)); });
}

void CodesPanel::follow() {
  const auto chosen = m_choice.chosen();
  QString wanted = currentId(*m_format);
  if (wanted.isEmpty() && !chosen.empty()) wanted = qt(chosen.back().profile->format->info().id);
  if (std::size_t(m_format->count()) != m_choice.profiles().size()) {
    const QSignalBlocker quiet(m_format);
    m_format->clear();
    for (const FormatProfile& profile : m_choice.profiles())
      m_format->addItem(qt(profile.format->info().title), qt(profile.format->info().id));
  }
  setCurrentId(*m_format, wanted);
  showFormat();
}

void CodesPanel::setFormat(std::string_view id) {
  setCurrentId(*m_format, qt(id));
  showFormat();
}

void CodesPanel::showFormat() {
  const FormatProfile* profile = m_choice.find(currentId(*m_format).toStdString());
  const NumberFormat* format = profile ? profile->format : nullptr;
  if (format == m_shown) return;
  m_shown = format;
  const int bits = format ? format->info().codeBits : 0;
  const bool hasGrid = format && bits <= CodeGrid::kMostBits;
  const bool hasList = format && bits <= kEnumerableBits;
  m_grid->setFormat(hasGrid ? format : nullptr);
  m_model->setFormat(hasList ? format : nullptr);
  if (format && !hasList)
    m_tooWide->setText(
        tr("%1 has %2 codes, too many for a list. Formats of up to %3 bits are listed, those of up to %4 "
           "as a grid.")
            .arg(qt(format->info().title), QString::fromStdString(powerOfTwoText(bits)))
            .arg(kEnumerableBits)
            .arg(CodeGrid::kMostBits));
  m_turn->setVisible(hasGrid);
  m_export->setVisible(hasList);
  m_openBits->setVisible(hasList);
  if (!hasList)
    m_stack->setCurrentWidget(m_tooWide);
  else
    showList(!hasGrid || m_prefersList);
  if (hasGrid) m_prefersList = m_stack->currentWidget() == m_list;
  setNote({});
}

void CodesPanel::showList(bool list) {
  m_stack->setCurrentWidget(list ? static_cast<QWidget*>(m_list) : m_gridArea);
  if (m_shown && m_shown->info().codeBits <= CodeGrid::kMostBits) m_prefersList = list;
  m_turn->setText(list ? tr("show as grid") : tr("show as table"));
  m_turn->setAccessibleName(tr("All codes: %1").arg(m_turn->text()));
  m_turn->updateGeometry();
}

void CodesPanel::setNote(const QString& described) {
  const bool isListed = m_shown && m_shown->info().codeBits <= kEnumerableBits;
  if (!described.isEmpty() || !isListed) return m_card->setNote(described);
  m_card->setNote(tr("%1 codes · a click selects one").arg(grouped(std::uint64_t{1} << m_shown->info().codeBits)));
}

void CodesPanel::mark(const Selection& selection) {
  const bool isOurs = m_shown && selection.format == m_shown->info().id && selection.code;
  m_grid->setCurrent(isOurs ? selection.code : std::nullopt);
  const bool isListed = isOurs && *selection.code < std::uint64_t(m_model->rowCount());
  const int row = isListed ? int(*selection.code) : -1;
  if (row != m_list->currentSourceRow()) m_list->setCurrentSourceRow(row);
}

bool CodesPanel::exportPicture() {
  if (m_stack->currentWidget() != m_gridArea) return false;
  m_grid->askAndExport();
  return true;
}

void CodesPanel::openExportMenu() {
  if (!m_shown) return;
  QMenu menu(this);
  if (m_shown->info().codeBits <= CodeGrid::kMostBits)
    menu.addAction(tr("Picture as PNG, SVG or PDF\u2026"), m_grid, &CodeGrid::askAndExport);
  menu.addAction(tr("Codes as CSV\u2026"), this, [this] {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export codes"), qt(m_shown->info().id) + QStringLiteral(".csv"), tr("CSV (*.csv)"));
    if (path.isEmpty()) return;
    const auto written = writeFile(filePath(path), toCsv(codeTable(*m_shown)), AtomicFile::Existing::Replace);
    if (!written) m_session.report(written.error());
  });
  menu.addSeparator();
  addCopyActions(menu, [this] { return m_list->table(); }, tr("codes"));
  menu.exec(m_export->mapToGlobal(QPoint(0, m_export->height())));
}

}  // namespace ulpscope
