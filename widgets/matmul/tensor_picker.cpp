// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/tensor_picker.h"

#include <QCheckBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/frame/labels.h"
#include "widgets/frame/popup.h"
#include "widgets/matmul/tensor_pick_list.h"
#include "widgets/models/short_name.h"
#include "widgets/session/text.h"
#include "widgets/theme/control_painting.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kWidth = 560;
constexpr int kHeight = 380;
constexpr int kPage = 10;  // rows
constexpr int kRowHeight = 26;

/// The name, and at the right its type and shape in the digits of numbers.
class RowDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const ThemeColors& colors = theme().colors();
    const bool fits = index.data(TensorPickList::kFits).toBool();
    painting::itemRow(*painter, option.rect, option.state);
    const QRect room = option.rect.adjusted(8, 0, -8, 0);
    const QString facts = index.data(TensorPickList::kFacts).toString();
    painter->setFont(theme().numbers(12));
    const int factsWidth = painter->fontMetrics().horizontalAdvance(facts);
    painter->setPen(fits ? colors.muted : colors.disabled);
    painter->drawText(room, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, facts);
    painter->setFont(option.font);
    painter->setPen(fits ? colors.text : colors.disabled);
    const QString name = shortName(index.data().toString(), 0, option.fontMetrics, room.width() - factsWidth - 16);
    painter->drawText(room, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, name);
  }
  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {100, kRowHeight}; }
};

}  // namespace

TensorPicker::TensorPicker(QWidget* parent)
    : QFrame(parent, Qt::Popup),
      m_rows(new TensorPickList(this)),
      m_filter(new QLineEdit),
      m_fitting(new QCheckBox),
      m_list(new QListView),
      m_note(new PlainLabel({}, TextRole::Muted)) {
  setObjectName(QStringLiteral("tensorPicker"));
  m_filter->setPlaceholderText(tr("Filter by name, or role:query, layer:0-5, shape:384x*, type:bf16"));
  m_filter->setAccessibleName(tr("Filter the tensors"));
  m_filter->setClearButtonEnabled(true);
  m_filter->installEventFilter(this);
  m_list->setModel(m_rows);
  m_list->setItemDelegate(new RowDelegate(m_list));
  m_list->setFrameShape(QFrame::NoFrame);
  m_list->setUniformItemSizes(true);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setFocusPolicy(Qt::NoFocus);
  m_list->setAccessibleName(tr("Tensors"));
  m_note->setWordWrap(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 8, 8, 8);
  column->setSpacing(8);
  column->addWidget(m_filter);
  column->addWidget(m_fitting);
  column->addWidget(m_list, 1);
  column->addWidget(m_note);
  connect(m_filter, &QLineEdit::textChanged, this, &TensorPicker::narrow);
  connect(m_fitting, &QCheckBox::toggled, this, [this](bool on) {
    m_rows->setFitting(on);
    describe();
  });
  connect(m_list, &QListView::clicked, this, &TensorPicker::take);
}

void TensorPicker::open(const QRect& below, const OperandMaterial& material, std::optional<std::size_t> current,
                        std::optional<std::uint64_t> k) {
  {
    const QSignalBlocker quietFilter(m_filter), quietBox(m_fitting);
    m_filter->clear();
    m_fitting->setChecked(false);
  }
  m_rows->setMaterial(material, k);
  m_fitting->setVisible(k.has_value());
  if (k) m_fitting->setText(tr("Only those with %1 rows or columns, as K asks for").arg(grouped(*k)));
  showBelow(*this, below, {kWidth, kHeight});
  describe();
  if (const int row = current ? m_rows->rowOf(*current) : -1; row >= 0) {
    m_list->setCurrentIndex(m_rows->index(row));
    m_list->scrollTo(m_rows->index(row), QAbstractItemView::PositionAtCenter);
  }
  m_filter->setFocus(Qt::PopupFocusReason);
}

void TensorPicker::narrow() {
  if (const auto narrowed = m_rows->setQuery(m_filter->text()); !narrowed)
    m_note->setText(shown(narrowed.error().message));
  else
    describe();
}

void TensorPicker::describe() {
  m_list->setCurrentIndex(m_rows->index(0));
  const auto rows = std::size_t(m_rows->rowCount());
  m_note->setText(rows == m_rows->all() ? tr("%1 tensors").arg(grouped(rows))
                                        : tr("%1 of %2 tensors").arg(grouped(rows), grouped(m_rows->all())));
}

void TensorPicker::move(int rows) {
  if (m_rows->rowCount() == 0) return;
  const int at = std::clamp(m_list->currentIndex().row() + rows, 0, m_rows->rowCount() - 1);
  m_list->setCurrentIndex(m_rows->index(at));
}

void TensorPicker::take(const QModelIndex& index) {
  if (!index.isValid()) return;
  const std::size_t tensor = m_rows->tensorAt(index.row());
  hide();
  Q_EMIT picked(tensor);
}

bool TensorPicker::eventFilter(QObject* watched, QEvent* event) {
  const bool isKey = event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
  if (!isKey) return QFrame::eventFilter(watched, event);
  const int key = static_cast<QKeyEvent*>(event)->key();
  // Esc is the window's "cancel" elsewhere: claimed here before it becomes a shortcut.
  if (event->type() == QEvent::ShortcutOverride) {
    if (key == Qt::Key_Escape) event->accept();
    return QFrame::eventFilter(watched, event);
  }
  switch (key) {
    case Qt::Key_Escape:
      hide();
      return true;
    case Qt::Key_Down:
      move(1);
      return true;
    case Qt::Key_Up:
      move(-1);
      return true;
    case Qt::Key_PageDown:
      move(kPage);
      return true;
    case Qt::Key_PageUp:
      move(-kPage);
      return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      take(m_list->currentIndex());
      return true;
    default:
      return QFrame::eventFilter(watched, event);
  }
}

void TensorPicker::paintEvent(QPaintEvent*) { paintPopup(*this); }

}  // namespace ulpscope
