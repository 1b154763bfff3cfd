// SPDX-License-Identifier: GPL-3.0-or-later
// The first page: open, recent files, the sample, and a card for each page that exists.
#include <QAbstractButton>
#include <QCoreApplication>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "core/base/text.h"
#include "widgets/forms/flow_layout.h"
#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/frame/notice.h"
#include "widgets/pages/page.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"
#include "widgets/theme/control_painting.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

/// A recent file: name large, folder under it, size and date at the right; grey where the file is gone.
class RecentButton final : public QAbstractButton {
 public:
  explicit RecentButton(const RecentFile& file) : m_file(file) {
    const QFileInfo info(file.path);
    m_name = shown(info.fileName().toStdString());
    m_folder =
        file.exists() ? shown(info.path().toStdString()) : QCoreApplication::translate("HomePage", "no longer there");
    m_size = QString::fromStdString(humanBytes(file.bytes));
    m_when = QLocale().toString(file.opened.date(), QLocale::ShortFormat);
    setEnabled(file.exists());
    setAccessibleName(m_name);
    setToolTip(plainToolTip(shown(file.path.toStdString())));
    setFixedHeight(48);
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const auto& c = theme().colors();
    if (isEnabled() && underMouse()) painter.fillRect(rect(), c.window);
    painter.fillRect(QRect(0, height() - 1, width(), 1), c.hairline);
    if (hasFocus()) painting::focusRing(painter, rect());
    const QRect room = rect().adjusted(8, 6, -8, -7);
    const QFont small = theme().words(11);
    const int right = std::max(QFontMetrics(theme().numbers(12)).horizontalAdvance(m_size),
                               QFontMetrics(small).horizontalAdvance(m_file.container + QStringLiteral(" ") + m_when)) +
                      12;
    painter.setPen(isEnabled() ? c.text : c.disabled);
    painter.setFont(theme().words(13));
    painter.drawText(room, Qt::AlignTop | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(m_name, Qt::ElideMiddle, room.width() - right));
    painter.setFont(theme().numbers(12));
    painter.drawText(room, Qt::AlignTop | Qt::AlignRight, m_size);
    painter.setPen(isEnabled() ? c.muted : c.disabled);
    painter.setFont(small);
    painter.drawText(room, Qt::AlignBottom | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(m_folder, Qt::ElideMiddle, room.width() - right));
    painter.drawText(room, Qt::AlignBottom | Qt::AlignRight, m_file.container + QStringLiteral(" ") + m_when);
  }
  void enterEvent(QEnterEvent*) override { update(); }
  void leaveEvent(QEvent*) override { update(); }

 private:
  RecentFile m_file;
  QString m_name, m_folder, m_size, m_when;
};

/// The card of a page: its live picture, its name, one sentence.
class PageCard final : public QAbstractButton {
 public:
  explicit PageCard(const PageEntry& page)
      : m_page(page), m_summary(QCoreApplication::translate("PageEntry", page.summary)) {
    setText(titleOf(page));
    setAccessibleName(text());
    setAccessibleDescription(m_summary);
    setMinimumSize(260, 220);
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
    QObject::connect(&theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
  }
  QSize sizeHint() const override { return {360, 240}; }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const auto& c = theme().colors();
    painting::roundedPanel(painter, rect(), c.surface, hasFocus() || underMouse() ? c.accent : c.border);
    constexpr int kTextHeight = 74;
    const QRectF picture = QRectF(rect()).adjusted(20, 20, -20, -kTextHeight - 8);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setClipRect(picture.adjusted(-4, -4, 4, 4));
    m_page.paintPreview(painter, picture);
    painter.restore();
    painter.fillRect(QRect(1, height() - kTextHeight, width() - 2, 1), c.hairline);
    const QRect words = QRect(20, height() - kTextHeight + 10, width() - 40, kTextHeight - 14);
    painter.setPen(c.text);
    painter.setFont(theme().words(13, QFont::DemiBold));
    painter.drawText(words, Qt::AlignTop | Qt::AlignLeft, text());
    painter.setPen(c.muted);
    painter.setFont(theme().words(12));
    painter.drawText(words.adjusted(0, 20, 0, 0), Qt::AlignTop | Qt::AlignLeft | Qt::TextWordWrap, m_summary);
  }
  void enterEvent(QEnterEvent*) override { update(); }
  void leaveEvent(QEvent*) override { update(); }

 private:
  const PageEntry& m_page;
  QString m_summary;
};

class HomePage final : public Page {
  Q_OBJECT

 public:
  explicit HomePage(Session& pageSession, QWidget* parent) : Page(pageSession, parent), m_recent(new QVBoxLayout) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(16);
    row->addWidget(openCard(), 2);
    row->addLayout(pageCards(), 3);
    connect(&pageSession, &Session::checkpointOpened, this, &HomePage::refreshRecent);
    refreshRecent();
  }

  void activated() override { refreshRecent(); }

 private:
  QWidget* openCard();
  QLayout* pageCards();
  void refreshRecent();

  QVBoxLayout* m_recent;
};

QWidget* HomePage::openCard() {
  auto* card = new Card(tr("Open a checkpoint"));
  auto* hint =
      new PlainLabel(tr("A file, an index of shards, or a folder: safetensors, GGUF, PyTorch, NumPy, ONNX, Keras and "
                        "HDF5, TFLite, TensorFlow, Flax. It is only read, never changed or run. Files may also be "
                        "dropped on the window."),
                     TextRole::Muted);
  hint->setWordWrap(true);
  auto* open = new QPushButton(themedIcon(QStringLiteral("open")), tr("Open file\u2026"));
  auto* folder = new QPushButton(themedIcon(QStringLiteral("folder")), tr("Open folder\u2026"));
  auto* sample = new QPushButton(themedIcon(QStringLiteral("sample")), tr("Open the sample"));
  connect(open, &QPushButton::clicked, this, [this] { askAndOpen(session(), this); });
  connect(folder, &QPushButton::clicked, this, [this] { askAndOpen(session(), this, true); });
  connect(sample, &QPushButton::clicked, this, [this] { session().openSample(); });
  auto* buttons = new FlowLayout(nullptr, 8);
  for (auto* button : {open, folder, sample}) buttons->addWidget(button);

  auto* clear = new LinkButton(tr("clear"));
  connect(clear, &LinkButton::clicked, this, [this] {
    session().recentFiles().clear();
    refreshRecent();
  });
  auto* recentTitle = new QHBoxLayout;
  recentTitle->addWidget(new PlainLabel(tr("Recent"), TextRole::Title), 1);
  recentTitle->addWidget(clear);

  auto* list = new QWidget;
  m_recent->setContentsMargins(0, 0, 0, 0);
  m_recent->setSpacing(0);
  list->setLayout(m_recent);
  auto* scroll = new QScrollArea;
  scroll->setWidget(list);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);
  scroll->viewport()->setAutoFillBackground(false);
  list->setAutoFillBackground(false);

  card->body()->addWidget(hint);
  card->body()->addSpacing(4);
  card->body()->addLayout(buttons);
  card->body()->addSpacing(12);
  card->body()->addLayout(recentTitle);
  card->body()->addWidget(scroll, 1);
  return card;
}

QLayout* HomePage::pageCards() {
  auto* grid = new QGridLayout;
  grid->setSpacing(16);
  int at = 0;
  for (const PageEntry* page : pageRegistry()) {
    if (!page->summary) continue;
    auto* card = new PageCard(*page);
    connect(card, &QAbstractButton::clicked, this,
            [this, page] { Q_EMIT session().pageRequested(QLatin1String(page->id)); });
    grid->addWidget(card, at / 2, at % 2);
    ++at;
  }
  grid->setRowStretch(grid->rowCount(), 1);
  grid->setColumnStretch(0, 1);
  grid->setColumnStretch(1, 1);
  return grid;
}

void HomePage::refreshRecent() {
  while (auto* item = m_recent->takeAt(0)) {
    if (auto* widget = item->widget()) widget->deleteLater();
    delete item;
  }
  const auto files = session().recentFiles().list();
  for (const RecentFile& file : files) {
    auto* button = new RecentButton(file);
    connect(button, &QAbstractButton::clicked, this, [this, path = file.path] { session().openPath(path); });
    m_recent->addWidget(button);
  }
  if (files.isEmpty()) m_recent->addWidget(new PlainLabel(tr("Nothing has been opened yet."), TextRole::Muted));
  m_recent->addStretch();
}

}  // namespace

const PageEntry& home_page_entry() {
  static const PageEntry entry{
      .id = "home",
      .title = QT_TRANSLATE_NOOP("PageEntry", "Home"),
      .icon = "home",
      .summary = nullptr,
      .create = [](Session& session, QWidget* parent) -> Page* { return new HomePage(session, parent); }};
  return entry;
}

}  // namespace ulpscope

#include "home_page.moc"
