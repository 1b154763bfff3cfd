// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/format_table.h"

#include <QComboBox>
#include <QFontMetrics>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/compare/format_table_model.h"
#include "widgets/forms/field.h"
#include "widgets/frame/card.h"
#include "widgets/frame/link_button.h"
#include "widgets/models/table_view.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kFilterWidth = 170;
constexpr int kCellMargins = 20;  ///< left and right of a text, together
constexpr int kSortArrow = 14;
constexpr int kTickAndSwatch = 52;  ///< before the name of a format
constexpr int kWidestWords = 260;

// Entries of the choice that are no family.
QString allFormats() { return QStringLiteral("*"); }
QString chosenFormats() { return QStringLiteral("+"); }

QString settingsKey() { return QStringLiteral("compare/columns"); }

/// Stays open while boxes are ticked, so that several columns take one visit.
class TickMenu final : public QMenu {
 public:
  using QMenu::QMenu;

 protected:
  void mouseReleaseEvent(QMouseEvent* event) override {
    QAction* action = actionAt(event->pos());
    if (action && action->isCheckable())
      action->trigger();
    else
      QMenu::mouseReleaseEvent(event);
  }
  void keyPressEvent(QKeyEvent* event) override {
    if (event->key() == Qt::Key_Space && activeAction() && activeAction()->isCheckable())
      activeAction()->trigger();
    else
      QMenu::keyPressEvent(event);
  }
};

}  // namespace

FormatTable::FormatTable(FormatChoice& choice, QWidget* parent)
    : QWidget(parent),
      m_choice(choice),
      m_model(new FormatTableModel(choice, this)),
      m_card(new Card(tr("Formats"))),
      m_words(new QLineEdit),
      m_family(comboBox(tr("Formats in the table"))),
      m_columns(new LinkButton(tr("columns"))),
      m_untick(new LinkButton(tr("untick all"))),
      m_copy(new LinkButton(tr("copy"))),
      m_table(new TableView(tr("Table of formats"))) {
  m_words->setPlaceholderText(tr("Filter"));
  m_words->setAccessibleName(tr("Filter formats by words"));
  m_words->setClearButtonEnabled(true);
  m_words->setFixedWidth(kFilterWidth);
  m_columns->setAccessibleName(tr("Choose columns"));
  m_copy->setAccessibleName(tr("Copy the table"));
  m_card->addToHeader(m_words);
  m_card->addToHeader(m_family);
  m_card->addToHeader(m_untick);
  m_card->addToHeader(m_columns);
  m_card->addToHeader(m_copy);
  m_card->body()->addWidget(m_table);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_card);

  QStringList first;
  for (const auto& each : m_model->columns())
    if (each.shownAtFirst) first << each.key;
  m_shown = QSettings().value(settingsKey(), first).toStringList();
  m_table->setSource(m_model);
  m_table->setCopiesHiddenColumns(false);
  m_table->setSelectionMode(QAbstractItemView::SingleSelection);
  m_table->installEventFilter(this);
  m_table->viewport()->installEventFilter(this);
  m_table->horizontalHeader()->setMinimumSectionSize(56);
  connect(m_table, &TableView::rowChosen, this, [this](int row) {
    m_current = std::string(m_model->profileAt(row).format->info().id);
    Q_EMIT formatPicked(QString::fromStdString(m_current));
  });
  connect(m_words, &QLineEdit::textChanged, this, [this](const QString& text) {
    // Who looks for a name means all formats.
    if (!text.isEmpty() && currentId(*m_family) == chosenFormats()) setCurrentId(*m_family, allFormats());
    applyFilter();
  });
  connect(m_family, &QComboBox::currentIndexChanged, this, &FormatTable::applyFilter);
  connect(m_untick, &LinkButton::clicked, &choice, &FormatChoice::chooseNone);
  connect(m_columns, &LinkButton::clicked, this, &FormatTable::openColumnMenu);
  connect(m_copy, &LinkButton::clicked, this, &FormatTable::openCopyMenu);
  connect(&choice, &FormatChoice::changed, this, &FormatTable::follow);
  follow();
}

void FormatTable::follow() {
  const QString chosen = currentId(*m_family);
  const QStringList families = m_model->families();
  const std::size_t all = m_choice.profiles().size();
  const std::size_t shown = m_choice.chosen().size();
  if (m_family->count() != families.size() + 2) {
    const QSignalBlocker quiet(m_family);
    m_family->clear();
    m_family->addItem(tr("in the pictures"), chosenFormats());
    m_family->addItem(tr("all formats"), allFormats());
    for (const QString& family : families)
      m_family->addItem(QString(family).replace(QLatin1Char('_'), QLatin1Char(' ')), family);
    setCurrentId(*m_family, chosen.isEmpty() ? chosenFormats() : chosen);
    applyFilter();
  }
  m_card->setNote(tr("%1 of %2 in the pictures").arg(shown).arg(all));
}

void FormatTable::applyFilter() {
  const QString family = currentId(*m_family);
  m_model->setFilter({.words = m_words->text(),
                      .family = family == allFormats() || family == chosenFormats() ? QString() : family,
                      .chosenOnly = family == chosenFormats()});
  showColumns();
  setCurrent(m_current);
}

void FormatTable::setCurrent(std::string_view formatId) {
  m_current = std::string(formatId);
  const int row = m_model->rowOf(formatId);
  if (row != m_table->currentSourceRow() || row < 0) m_table->setCurrentSourceRow(row);
}

void FormatTable::setColumnShown(const QString& key, bool shown) {
  m_shown.removeAll(key);
  if (shown) m_shown << key;
  QSettings().setValue(settingsKey(), m_shown);
  showColumns();
}

void FormatTable::showColumns() {
  const auto& columns = m_model->columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    m_table->setColumnHidden(int(i), false);  // a reset of the model gives hidden columns a width again
    m_table->setColumnHidden(int(i), i > 0 && !m_shown.contains(columns[i].key));
  }
  fitColumns();
}

/// Columns take what their texts need; what is left over goes between them, so that numbers spread over the width.
void FormatTable::fitColumns() {
  QHeaderView& header = *m_table->horizontalHeader();
  header.setSectionResizeMode(QHeaderView::Interactive);
  const QFontMetrics titles(theme().words(11, QFont::Medium));
  std::vector<std::pair<int, int>> widths;  // column, width
  int needed = 0;
  for (int column = 0; column < m_model->columnCount(); ++column) {
    if (m_table->isColumnHidden(column)) continue;
    const auto& description = m_model->columns()[std::size_t(column)];
    int width = titles.horizontalAdvance(description.title) + kSortArrow;
    for (int row = 0; row < m_model->rowCount(); ++row) {
      const QModelIndex cell = m_model->index(row, column);
      const QFontMetrics texts(cell.data(Qt::FontRole).value<QFont>());
      width = std::max(width, texts.horizontalAdvance(cell.data().toString()));
    }
    if (!description.numeric) width = std::min(width, kWidestWords);
    width += kCellMargins + (column == 0 ? kTickAndSwatch : 0);
    widths.emplace_back(column, width);
    needed += width;
  }
  const int spare = std::max(0, m_table->viewport()->width() - needed);
  const int share = widths.empty() ? 0 : spare / int(widths.size());
  for (const auto& [column, width] : widths) header.resizeSection(column, width + share);
}

void FormatTable::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  fitColumns();
}

bool FormatTable::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) fitColumns();
  if (watched == m_table && event->type() == QEvent::KeyPress &&
      static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space) {
    toggleCurrent();
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

void FormatTable::toggleCurrent() {
  const int row = m_table->currentSourceRow();
  if (row < 0) return;
  const FormatProfile& profile = m_model->profileAt(row);
  m_choice.choose(profile, !m_choice.isChosen(profile));
}

void FormatTable::openColumnMenu() {
  TickMenu menu(this);
  const auto& columns = m_model->columns();
  addSortMenu(menu);
  menu.addSeparator();
  for (std::size_t i = 1; i < columns.size(); ++i) {
    const QString key = columns[i].key;
    auto* action = menu.addAction(columns[i].title);
    action->setCheckable(true);
    action->setChecked(m_shown.contains(key));
    connect(action, &QAction::toggled, this, [this, key](bool shown) { setColumnShown(key, shown); });
  }
  menu.exec(m_columns->mapToGlobal(QPoint(0, m_columns->height())));
}

/// For those who cannot click on a header.
void FormatTable::addSortMenu(QMenu& menu) {
  QMenu* sort = menu.addMenu(tr("Sort by"));
  sort->addAction(tr("As listed"), this, [this] { m_table->sortByColumn(-1, Qt::AscendingOrder); });
  for (int column = 0; column < m_model->columnCount(); ++column) {
    if (m_table->isColumnHidden(column)) continue;
    sort->addAction(m_model->columns()[std::size_t(column)].title, this, [this, column] {
      const QHeaderView& header = *m_table->horizontalHeader();
      const bool again = header.sortIndicatorSection() == column && header.sortIndicatorOrder() == Qt::AscendingOrder;
      m_table->sortByColumn(column, again ? Qt::DescendingOrder : Qt::AscendingOrder);
    });
  }
}

void FormatTable::openCopyMenu() {
  ulpscope::openCopyMenu(*m_table, m_copy->mapToGlobal(QPoint(0, m_copy->height())),
                         [this] { return m_table->table(); });
}

}  // namespace ulpscope
