// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/command_palette.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QRegularExpression>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

#include "core/formats/number_link.h"
#include "core/formats/value_text.h"
#include "core/quantization/scheme.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"
#include "widgets/theme/control_painting.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr std::size_t kMostRows = 200;
constexpr int kKindRole = Qt::UserRole;

QString text(std::string_view utf8) { return QString::fromUtf8(utf8.data(), qsizetype(utf8.size())); }

bool matches(const QString& title, const QStringList& words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const QString& word) { return title.contains(word, Qt::CaseInsensitive); });
}

/// The title at the left, cut in the middle, what kind of thing it is at the right.
class RowDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const auto& c = theme().colors();
    painting::itemRow(*painter, option.rect, option.state);
    const QRect room = option.rect.adjusted(12, 0, -12, 0);
    const QString kind = index.data(kKindRole).toString();
    const int kindWidth = option.fontMetrics.horizontalAdvance(kind);
    painter->setFont(option.font);
    painter->setPen(c.muted);
    painter->drawText(room, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, kind);
    painter->setPen(c.text);
    const QString title =
        option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, room.width() - kindWidth - 16);
    painter->drawText(room, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, title);
  }
  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {100, 28}; }
};

/// The row-major index that "17, 305" or "[17,305]" names in `shape`.
std::optional<std::uint64_t> elementAt(const QString& input, std::span<const std::uint64_t> shape) {
  static const QRegularExpression pattern(QStringLiteral("^\\s*\\[?\\s*(\\d+(?:\\s*,\\s*\\d+)*)\\s*\\]?\\s*$"));
  const auto match = pattern.match(input);
  if (!match.hasMatch()) return std::nullopt;
  const QStringList parts = match.captured(1).split(QLatin1Char(','));
  if (parts.size() != qsizetype(shape.size())) return std::nullopt;
  std::uint64_t index = 0;
  for (qsizetype d = 0; d < parts.size(); ++d) {
    bool ok = false;
    const std::uint64_t at = parts[d].trimmed().toULongLong(&ok);
    if (!ok || at >= shape[std::size_t(d)]) return std::nullopt;
    index = index * shape[std::size_t(d)] + at;
  }
  return index;
}

}  // namespace

CommandPalette::CommandPalette(Session& session, QWidget* window)
    : QFrame(window), m_session(session), m_field(new QLineEdit), m_list(new QListWidget) {
  m_field->setPlaceholderText(tr("Action, tensor, format, scheme, [row, column], or a link"));
  m_field->setAccessibleName(tr("Search for a command"));
  m_field->installEventFilter(this);
  m_list->setFrameShape(QFrame::NoFrame);
  m_list->setItemDelegate(new RowDelegate(m_list));
  m_list->setUniformItemSizes(true);
  m_list->setFocusPolicy(Qt::NoFocus);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setAccessibleName(tr("Commands found"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 12, 12, 12);
  column->addWidget(m_field);
  column->addWidget(m_list);
  connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::refresh);
  connect(m_list, &QListWidget::itemClicked, this, [this] { take(m_list->currentRow()); });
  hide();
}

void CommandPalette::open(const QList<QAction*>& actions, const QString& text) {
  m_actions = actions;
  const int width = std::min(640, parentWidget()->width() - 80);
  const int height = std::min(420, parentWidget()->height() - 120);
  setGeometry((parentWidget()->width() - width) / 2, 52, width, height);
  m_field->setText(text);
  refresh();
  show();
  raise();
  m_field->setFocus();
}

void CommandPalette::refresh() {
  m_rows.clear();
  static const QRegularExpression space(QStringLiteral("\\s+"));
  addLink(m_field->text());
  addElement(m_field->text());
  addMatches(m_field->text().split(space, Qt::SkipEmptyParts));
  m_list->clear();
  for (const Row& row : m_rows) {
    auto* item = new QListWidgetItem(row.title, m_list);
    item->setData(kKindRole, row.kind);
  }
  m_list->setCurrentRow(0);
}

void CommandPalette::addElement(const QString& input) {
  const TensorInfo* tensor = m_session.selection().tensorInfo();
  if (!tensor) return;
  if (const auto index = elementAt(input, tensor->shape))
    m_rows.push_back({tr("Go to element %1").arg(positionText(tensor->shape, *index)), tr("element"),
                      [this, i = *index] { m_session.selectElement(i); }});
}

/// A link, or the id of a format that no list has.
void CommandPalette::addLink(const QString& input) {
  const std::string typed = input.trimmed().toStdString();
  if (isLink(typed)) {
    const auto link = parseLink(typed);
    m_rows.push_back(
        {link ? tr("Show %1 in %2").arg(text(codeText(*link->format, link->code)), text(link->format->info().title))
              : shown(link.error().message),
         tr("link"), link ? [this, typed] { m_session.openLink(typed); } : std::function<void()>()});
    return;
  }
  const auto format = makeFormat(typed);
  if (!format || findFormat(typed)) return;
  m_rows.push_back({text((*format)->info().title), tr("format"), [this, typed] {
                      m_session.selectFormat(typed);
                      Q_EMIT m_session.pageRequested(QStringLiteral("explorer"));
                    }});
}

void CommandPalette::addMatches(const QStringList& words) {
  for (QAction* action : m_actions) {
    QString title = action->text();
    title.remove(QLatin1Char('&'));
    if (title.isEmpty() || !action->isEnabled() || !matches(title, words)) continue;
    m_rows.push_back({title, action->shortcut().toString(), [action] { action->trigger(); }});
  }
  if (!words.isEmpty()) addTensors(words);
  for (const NumberFormat* format : formatRegistry()) {
    const FormatInfo& info = format->info();
    if (!matches(text(info.title) + QLatin1Char(' ') + text(info.id) + QLatin1Char(' ') + text(info.name), words))
      continue;
    m_rows.push_back({QStringLiteral("%1  %2").arg(text(info.title), text(info.name)), tr("format"), [this, &info] {
                        m_session.selectFormat(std::string(info.id));
                        Q_EMIT m_session.pageRequested(QStringLiteral("explorer"));
                      }});
  }
  for (const Scheme* scheme : schemeRegistry()) {
    const SchemeInfo& info = scheme->info();
    if (!matches(text(info.title) + QLatin1Char(' ') + text(info.id), words)) continue;
    m_rows.push_back({text(info.title), tr("scheme"), [this, &info] {
                        m_session.selectScheme(info.id, {});
                        Q_EMIT m_session.pageRequested(QStringLiteral("quantization"));
                      }});
  }
}

void CommandPalette::addTensors(const QStringList& words) {
  const auto checkpoint = m_session.selection().checkpoint;
  if (!checkpoint) return;
  std::size_t more = 0;
  for (std::size_t i = 0; i < checkpoint->tensors.size(); ++i) {
    const QString name = text(checkpoint->tensors[i].name);
    if (!matches(name, words)) continue;
    if (m_rows.size() >= kMostRows) {
      ++more;
      continue;
    }
    m_rows.push_back({shown(checkpoint->tensors[i].name), tr("tensor"), [this, i] { m_session.selectTensor(i); }});
  }
  if (more > 0) m_rows.push_back({tr("and %1 more: type more of the name").arg(grouped(more)), tr("tensors"), {}});
}

void CommandPalette::take(int row) {
  if (row < 0 || std::size_t(row) >= m_rows.size()) return;
  const auto run = m_rows[std::size_t(row)].run;
  if (!run) return;  // says only that there are more
  hide();
  run();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusOut) hide();
  // Esc is the window's "cancel" elsewhere: claimed here before it becomes a shortcut.
  if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape)
    event->accept();
  if (event->type() != QEvent::KeyPress) return QFrame::eventFilter(watched, event);
  const int rows = m_list->count();
  const int at = m_list->currentRow();
  switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Escape:
      hide();
      return true;
    case Qt::Key_Down:
      m_list->setCurrentRow(std::min(at + 1, rows - 1));
      return true;
    case Qt::Key_Up:
      m_list->setCurrentRow(std::max(at - 1, 0));
      return true;
    case Qt::Key_PageDown:
      m_list->setCurrentRow(std::min(at + 10, rows - 1));
      return true;
    case Qt::Key_PageUp:
      m_list->setCurrentRow(std::max(at - 10, 0));
      return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      take(at);
      return true;
    default:
      return QFrame::eventFilter(watched, event);
  }
}

void CommandPalette::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painting::roundedPanel(painter, rect(), theme().colors().raised, theme().colors().disabled);
}

}  // namespace ulpscope
