// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/main_window.h"

#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "widgets/frame/command_palette.h"
#include "widgets/frame/error_strip.h"
#include "widgets/frame/rail.h"
#include "widgets/frame/selection_bar.h"
#include "widgets/frame/status_strip.h"
#include "widgets/pages/page.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr QSize kSmallest{1000, 650};
constexpr QSize kFirst{1440, 900};
constexpr int kRailCollapsesBelow = 1100;
constexpr int kPageMargin = 16;
constexpr auto kGeometryKey = "window/geometry";

}  // namespace

MainWindow::MainWindow(Session& session, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_menu(new QMenu(this)),
      m_selectionBar(new SelectionBar(session, m_menu)),
      m_errorStrip(new ErrorStrip),
      m_rail(new Rail),
      m_stack(new QStackedWidget),
      m_statusStrip(new StatusStrip(session)),
      m_palette(new CommandPalette(session, this)),
      m_pages(pageRegistry().size()) {
  setMinimumSize(kSmallest);
  setAcceptDrops(true);
  setWindowIcon(applicationIcon());
  resize(kFirst);
  restoreGeometry(QSettings().value(QLatin1String(kGeometryKey)).toByteArray());

  m_stack->setContentsMargins(kPageMargin, kPageMargin, kPageMargin, kPageMargin);
  auto* middle = new QHBoxLayout;
  middle->setSpacing(0);
  middle->addWidget(m_rail);
  middle->addWidget(m_stack, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(m_selectionBar);
  column->addWidget(m_errorStrip);
  column->addLayout(middle, 1);
  column->addWidget(m_statusStrip);

  addActions();
  connect(m_rail, &Rail::chosen, this, &MainWindow::showPageAt);
  connect(m_selectionBar, &SelectionBar::paletteRequested, this, [this] { openPalette(); });
  connect(&session, &Session::pageRequested, this, &MainWindow::showPage);
  connect(&session, &Session::reported, m_errorStrip, &ErrorStrip::show);
  connect(&session, &Session::checkpointOpened, m_errorStrip, &ErrorStrip::dismiss);
  connect(&session, &Session::selectionChanged, this, &MainWindow::retitle);
  connect(&theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
  retitle();
  showPageAt(0);
}

bool MainWindow::showPage(const QString& id) {
  const auto pages = pageRegistry();
  for (std::size_t i = 0; i < pages.size(); ++i) {
    if (id != QLatin1String(pages[i]->id)) continue;
    showPageAt(int(i));
    return true;
  }
  return false;
}

void MainWindow::showPageAt(int index) {
  const PageEntry& entry = *pageRegistry()[std::size_t(index)];
  Page*& page = m_pages[std::size_t(index)];
  if (!page) {
    page = entry.create(m_session, nullptr);
    page->setObjectName(QLatin1String(entry.id));
    m_stack->addWidget(page);
  }
  m_stack->setCurrentWidget(page);
  m_rail->setCurrent(index);
  m_selectionBar->setSubject(entry.subject);
  page->activated();
}

Page* MainWindow::currentPage() const { return qobject_cast<Page*>(m_stack->currentWidget()); }

void MainWindow::retitle() {
  const auto& checkpoint = m_session.selection().checkpoint;
  setWindowTitle(checkpoint ? tr("%1 \u2013 Ulpscope").arg(titleOf(*checkpoint)) : tr("Ulpscope"));
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  for (const QUrl& url : event->mimeData()->urls())
    if (url.isLocalFile()) return event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  for (const QUrl& url : event->mimeData()->urls())
    if (url.isLocalFile()) m_session.openPath(url.toLocalFile());
  event->acceptProposedAction();
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_rail->setCollapsed(width() < kRailCollapsesBelow);
  m_palette->hide();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings().setValue(QLatin1String(kGeometryKey), saveGeometry());
  QWidget::closeEvent(event);
}

void MainWindow::paintEvent(QPaintEvent*) { QPainter(this).fillRect(rect(), theme().colors().window); }

}  // namespace ulpscope
