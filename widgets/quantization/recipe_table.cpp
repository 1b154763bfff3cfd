// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/recipe_table.h"

#include <QHeaderView>
#include <QPainter>
#include <QScrollBar>
#include <QVBoxLayout>
#include <algorithm>

#include "core/report/colour_map.h"
#include "widgets/models/hairline_delegate.h"
#include "widgets/models/short_name.h"
#include "widgets/models/table_view.h"
#include "widgets/quantization/recipe_table_model.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kNarrowestCell = 44;
constexpr int kTitleMargins = 20;
constexpr int kSortArrow = 14;  ///< at the right of a title
constexpr int kNarrowestName = 150;
constexpr int kWeightsWidth = 84;
constexpr int kGetsWidth = 110;
constexpr int kFigureWidth = 60;
constexpr int kRoomyName = 240;  ///< with which the recipe's own figures have columns

double luminance(const Colour& colour) { return 0.2126 * colour.red + 0.7152 * colour.green + 0.0722 * colour.blue; }

/// A cell of the map: its colour, its number, and a frame where the recipe has chosen it.
class HeatDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const ThemeColors& c = theme().colors();
    const QVariant heat = index.data(RecipeTableModel::HeatRole);
    const QRect cell = option.rect.adjusted(0, 0, -1, -1);
    painter->save();
    painter->setFont(index.data(Qt::FontRole).value<QFont>());
    if (heat.isValid()) {
      constexpr double kMiddle = 110;  // of luminance, between white digits and dark ones
      const Colour colour = cividis(heat.toDouble());
      painter->fillRect(cell, QColor(colour.red, colour.green, colour.blue));
      painter->setPen(luminance(colour) > kMiddle ? lightColors().text : darkColors().text);
    } else {
      if (option.state & QStyle::State_Selected) painter->fillRect(option.rect, c.selection);
      painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), c.hairline);
      painter->setPen(c.muted);
    }
    const QString text = index.data().toString();
    if (painter->fontMetrics().horizontalAdvance(text) <= cell.width() - 2)
      painter->drawText(cell, Qt::AlignCenter, text);
    if (index.data(RecipeTableModel::ChosenRole).toBool()) frame(*painter, cell);
    painter->restore();
  }

 private:
  /// Two lines, of which one is seen on every colour.
  static void frame(QPainter& painter, const QRect& cell) {
    const ThemeColors& c = theme().colors();
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(c.text, 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(cell.adjusted(1, 1, -1, -1));
    painter.setPen(QPen(c.surface, 1, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(cell.adjusted(2, 2, -3, -3));
  }
};

/// Names that are shortened so that the rows can be told apart.
class NameDelegate final : public HairlineDelegate {
 public:
  NameDelegate(const RecipeTableModel& model, QObject* parent) : HairlineDelegate(parent), m_model(model) {}

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    HairlineDelegate::initStyleOption(option, index);
    constexpr int kMargins = 8;  // left and right of the text, together, as the style draws an item
    option->text = shortName(option->text, m_model.sharedStart(), option->fontMetrics, option->rect.width() - kMargins);
  }

 private:
  const RecipeTableModel& m_model;
};

}  // namespace

RecipeTable::RecipeTable(QWidget* parent)
    : QWidget(parent),
      m_model(new RecipeTableModel(this)),
      m_table(new TableView(tr("Error of every tensor in every scheme"))),
      m_heat(new HeatDelegate(m_table)) {
  m_table->setSource(m_model, TableView::Sorting::OfSource);
  m_table->setItemDelegateForColumn(RecipeTableModel::kTensor, new NameDelegate(*m_model, m_table));
  m_table->setSelectionMode(QAbstractItemView::SingleSelection);
  m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
  m_table->horizontalHeader()->setMinimumSectionSize(kNarrowestCell);
  connect(m_table->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this, &RecipeTable::fit);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_table);
  connect(m_table, &TableView::rowChosen, this, [this](int row) {
    m_current = m_model->tensorAt(row);
    Q_EMIT tensorChosen(*m_current);
  });
}

void RecipeTable::showSurvey(const std::shared_ptr<const RecipeSurvey>& survey,
                             const std::vector<std::uint32_t>& nameRanks) {
  const int scrolled = m_table->verticalScrollBar()->value();
  m_model->setSurvey(survey, nameRanks);
  for (int column = RecipeTableModel::kSchemes; column < m_model->columnCount(); ++column)
    m_table->setItemDelegateForColumn(column, m_heat);
  fit();
  setCurrentTensor(m_current);
  m_table->verticalScrollBar()->setValue(scrolled);  // results that come in leave the reader where they are
}

void RecipeTable::showRecipe(const std::shared_ptr<const RecipeSurvey>& planned, const std::optional<Recipe>& recipe) {
  m_model->setRecipe(planned, recipe);
}

void RecipeTable::setCurrentTensor(std::optional<std::size_t> tensor) {
  m_current = tensor;
  m_table->setCurrentSourceRow(tensor ? m_model->rowOf(*tensor) : -1);
}

void RecipeTable::fit() {
  using Model = RecipeTableModel;
  int taken = kGetsWidth;
  m_table->setColumnWidth(Model::kWeights, kWeightsWidth);
  m_table->setColumnWidth(Model::kGets, kGetsWidth);
  m_table->setColumnWidth(Model::kBits, kFigureWidth);
  m_table->setColumnWidth(Model::kLost, kFigureWidth);
  const QFontMetrics metrics(theme().words(11, QFont::Medium));
  for (int column = Model::kSchemes; column < m_model->columnCount(); ++column) {
    const QString title = m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    const bool isSorted = m_table->horizontalHeader()->sortIndicatorSection() == column;
    const int wanted =
        std::max(kNarrowestCell, metrics.horizontalAdvance(title) + kTitleMargins) + (isSorted ? kSortArrow : 0);
    m_table->setColumnWidth(column, wanted);
    taken += wanted;
  }
  constexpr int kFigures = kWeightsWidth + 2 * kFigureWidth;
  const int room = m_table->viewport()->width() - taken;
  const bool isRoomy = room - kFigures >= kRoomyName;
  for (const int column : {Model::kWeights, Model::kBits, Model::kLost}) m_table->setColumnHidden(column, !isRoomy);
  m_table->setColumnWidth(Model::kTensor, std::max(kNarrowestName, room - (isRoomy ? kFigures : 0)));
}

void RecipeTable::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  fit();
}

}  // namespace ulpscope
