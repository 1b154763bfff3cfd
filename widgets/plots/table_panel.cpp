// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/table_panel.h"

#include <QAbstractTableModel>
#include <QHeaderView>
#include <QKeyEvent>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/models/copy_as.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr QSize kSize(640, 420);
constexpr int kRowHeight = 26;
constexpr int kMeasuredRows = 100;  ///< columns are as wide as the texts of so many rows ask for

class TextModel final : public QAbstractTableModel {
 public:
  TextModel(Table table, QObject* parent) : QAbstractTableModel(parent), m_table(std::move(table)) {}

  const Table& table() const { return m_table; }

  int rowCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : int(m_table.rows.size());
  }
  int columnCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : int(m_table.header.size());
  }
  QVariant data(const QModelIndex& index, int role) const override {
    if (!index.isValid()) return {};
    const auto& row = m_table.rows[std::size_t(index.row())];
    switch (role) {
      case Qt::DisplayRole:
        return std::size_t(index.column()) < row.size() ? QString::fromStdString(row[std::size_t(index.column())])
                                                        : QString();
      case Qt::FontRole:
        return theme().numbers(12);
      case Qt::TextAlignmentRole:
        return int(Qt::AlignRight | Qt::AlignVCenter);
      default:
        return {};
    }
  }
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return QString::fromStdString(m_table.header[std::size_t(section)]);
  }

 private:
  Table m_table;
};

}  // namespace

TablePanel::TablePanel(const QString& title, Table table, QWidget* parent)
    : QWidget(parent, Qt::Tool), m_view(new QTableView) {
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(title.isEmpty() ? tr("Data") : title);
  m_view->setAccessibleName(tr("%1, as a table").arg(windowTitle()));
  m_view->setModel(new TextModel(std::move(table), this));
  m_view->setFrameShape(QFrame::NoFrame);
  m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_view->setTabKeyNavigation(false);
  m_view->setWordWrap(false);
  m_view->verticalHeader()->hide();
  m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  m_view->verticalHeader()->setDefaultSectionSize(kRowHeight);
  m_view->horizontalHeader()->setResizeContentsPrecision(kMeasuredRows);
  m_view->resizeColumnsToContents();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 12, 12, 12);
  column->addWidget(m_view);
  resize(kSize);
  makeCopyable(*m_view, [this] { return rowsToCopy(); });
  setFocusProxy(m_view);
  if (m_view->model()->rowCount() > 0) m_view->setCurrentIndex(m_view->model()->index(0, 0));
}

void TablePanel::open(const QString& title, Table table, QWidget* parent) {
  auto* panel = new TablePanel(title, std::move(table), parent);
  panel->show();
  panel->activateWindow();
  panel->setFocus();
}

void TablePanel::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape)
    close();
  else
    QWidget::keyPressEvent(event);
}

Table TablePanel::rowsToCopy() const {
  const Table& all = static_cast<const TextModel*>(m_view->model())->table();
  QModelIndexList selected = m_view->selectionModel()->selectedRows();
  if (selected.size() <= 1) return all;
  std::sort(selected.begin(), selected.end());
  Table taken{all.header, {}};
  for (const QModelIndex& row : selected) taken.rows.push_back(all.rows[std::size_t(row.row())]);
  return taken;
}

}  // namespace ulpscope
