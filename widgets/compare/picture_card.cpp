// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/picture_card.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "core/base/atomic_file.h"
#include "widgets/frame/card.h"
#include "widgets/frame/link_button.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/session.h"

namespace ulpscope {
namespace {

constexpr std::size_t kLongestText = 17;  ///< characters of a number that is shown in full
constexpr int kDigits = 9;

TableCell cellOf(const std::string& text) {
  TableCell cell{.text = QString::fromStdString(text)};
  bool isNumber = false;
  const double number = cell.text.toDouble(&isNumber);
  if (!isNumber) return cell;
  cell.key = number;
  if (text.size() <= kLongestText) return cell;
  cell.exact = cell.text;
  cell.text = QString::number(number, 'g', kDigits);
  return cell;
}

}  // namespace

PictureCard::PictureCard(Session& session, const QString& title, QWidget* picture, Source source, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_title(title),
      m_source(std::move(source)),
      m_card(new Card(title)),
      m_picture(picture),
      m_stack(new QStackedWidget),
      m_table(new TableView(tr("%1, as a table").arg(title))),
      m_controls(new QWidget),
      m_turn(new LinkButton(tr("show as table"))),
      m_export(new LinkButton(tr("export"))) {
  m_stack->addWidget(picture);
  m_stack->addWidget(m_table);
  auto* controls = new QHBoxLayout(m_controls);
  controls->setContentsMargins(0, 0, 0, 0);
  controls->setSpacing(12);
  m_controls->hide();
  m_card->addToHeader(m_controls);
  m_card->addToHeader(m_turn);
  m_card->addToHeader(m_export);
  m_card->body()->addWidget(m_stack);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_card);
  m_turn->setAccessibleName(tr("%1: show as table").arg(title));
  m_export->setAccessibleName(tr("%1: export").arg(title));
  connect(m_turn, &LinkButton::clicked, this, [this] { showTable(!showsTable()); });
  connect(m_export, &LinkButton::clicked, this, &PictureCard::openExportMenu);
}

void PictureCard::setNote(const QString& note) { m_card->setNote(note); }

void PictureCard::addControl(QWidget* control) {
  m_controls->layout()->addWidget(control);
  m_controls->show();
}

void PictureCard::refresh() {
  m_isStale = true;
  if (showsTable()) fillTable();
}

bool PictureCard::showsTable() const { return m_stack->currentWidget() == m_table; }

void PictureCard::showTable(bool table) {
  if (table && m_isStale) fillTable();
  m_stack->setCurrentWidget(table ? static_cast<QWidget*>(m_table) : m_picture);
  m_turn->setText(table ? tr("show as picture") : tr("show as table"));
  m_turn->setAccessibleName(QStringLiteral("%1: %2").arg(m_title, m_turn->text()));
  m_turn->updateGeometry();
}

void PictureCard::fillTable() {
  m_isStale = false;
  const Table table = m_source.table();
  std::vector<std::vector<TableCell>> rows;
  std::vector<bool> numeric(table.header.size(), !table.rows.empty());
  for (const auto& texts : table.rows) {
    auto& row = rows.emplace_back();
    for (std::size_t column = 0; column < texts.size(); ++column) {
      row.push_back(cellOf(texts[column]));
      if (!row.back().key && !texts[column].empty()) numeric[column] = false;
    }
  }
  std::vector<TableColumn> columns;
  for (std::size_t column = 0; column < table.header.size(); ++column)
    columns.push_back({.title = QString::fromStdString(table.header[column]), .numeric = numeric[column]});
  auto* model = new TableModel(std::move(columns), this);
  model->setRows(std::move(rows));
  m_table->setSource(model);
  m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  m_table->horizontalHeader()->setStretchLastSection(!numeric.empty() && !numeric.back());
  delete m_model;
  m_model = model;
}

void PictureCard::openExportMenu() {
  QMenu menu(this);
  menu.addAction(tr("Picture as PNG, SVG or PDF\u2026"), this, [this] { exportPicture(); });
  menu.addAction(tr("Data as CSV\u2026"), this, &PictureCard::saveData);
  menu.addSeparator();
  const auto table = [this] {
    if (m_isStale) fillTable();
    return m_table->table();
  };
  addCopyActions(menu, table, tr("data"));
  menu.exec(m_export->mapToGlobal(QPoint(0, m_export->height())));
}

void PictureCard::saveData() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Export data"), QStringLiteral("data.csv"), tr("CSV (*.csv)"));
  if (path.isEmpty()) return;
  const auto written = writeFile(filePath(path), toCsv(m_source.table()), AtomicFile::Existing::Replace);
  if (!written) m_session.report(written.error());
}

}  // namespace ulpscope
