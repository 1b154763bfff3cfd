// SPDX-License-Identifier: GPL-3.0-or-later
// The actions of the window: what the menu, the keys and the command palette offer.
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QMenu>
#include <QToolTip>

#include "widgets/frame/backend_menu.h"
#include "widgets/frame/command_palette.h"
#include "widgets/frame/error_strip.h"
#include "widgets/frame/main_window.h"
#include "widgets/frame/notice.h"
#include "widgets/frame/status_strip.h"
#include "widgets/pages/page.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

/// Key sequences are spelled out: QKeySequence::Quit and others are empty without a desktop theme.
QKeySequence keys(const char* text) { return QKeySequence(QLatin1String(text)); }

constexpr std::size_t kPageKeys = 9;

}  // namespace

QAction* MainWindow::addWindowAction(const QString& text, const QList<QKeySequence>& shortcuts,
                                     std::function<void()> run) {
  auto* action = new QAction(text, this);
  action->setShortcuts(shortcuts);
  connect(action, &QAction::triggered, this, std::move(run));
  addAction(action);
  return action;
}

void MainWindow::addActions() {
  m_menu->addAction(addWindowAction(tr("Open file\u2026"), {keys("Ctrl+O")}, [this] { askAndOpen(m_session, this); }));
  m_menu->addAction(
      addWindowAction(tr("Open folder\u2026"), {keys("Ctrl+Shift+O")}, [this] { askAndOpen(m_session, this, true); }));
  auto* recent = m_menu->addMenu(tr("Open recent"));
  connect(recent, &QMenu::aboutToShow, this, [this, recent] { fillRecent(*recent); });
  m_menu->addAction(addWindowAction(tr("Open the sample"), {}, [this] { m_session.openSample(); }));
  auto* reload = addWindowAction(tr("Reload checkpoint"), {keys("Ctrl+R"), keys("F5")},
                                 [this] { m_session.reload(m_session.selection().checkpoint); });
  auto* close = addWindowAction(tr("Close checkpoint"), {keys("Ctrl+W")},
                                [this] { m_session.close(m_session.selection().checkpoint); });
  m_menu->addAction(reload);
  m_menu->addAction(close);
  m_menu->addSeparator();
  auto* back = addWindowAction(tr("Back"), {keys("Alt+Left")}, [this] { m_session.goBack(); });
  auto* forward = addWindowAction(tr("Forward"), {keys("Alt+Right")}, [this] { m_session.goForward(); });
  m_menu->addAction(back);
  m_menu->addAction(forward);
  auto* element =
      addWindowAction(tr("Go to element\u2026"), {keys("Ctrl+G")}, [this] { openPalette(QStringLiteral("[")); });
  m_menu->addAction(element);
  auto* backends = m_menu->addMenu(tr("Computed by"));
  connect(backends, &QMenu::aboutToShow, this, [this, backends] { fillBackendMenu(*backends, m_session); });
  addWindowAction(tr("Choose who computes\u2026"), {}, [this] { m_statusStrip->openBackends(); });
  m_menu->addAction(addWindowAction(tr("Command palette\u2026"), {keys("Ctrl+K")}, [this] { openPalette(); }));
  m_menu->addSeparator();
  m_menu->addAction(addWindowAction(tr("Export figure\u2026"), {keys("Ctrl+E")}, [this] {
    if (!currentPage()->exportFigure())
      m_session.report({.sentence = tr("There is no figure on this page to export."), .warning = true});
  }));
  addWindowAction(tr("Filter"), {keys("Ctrl+F")}, [this] {
    if (auto* field = currentPage()->filterField()) field->setFocus(Qt::ShortcutFocusReason);
  });
  addWindowAction(tr("Help on what has the focus"), {keys("F1")}, [this] { help(); });
  addWindowAction(tr("Copy"), {keys("Ctrl+C")}, [this] { copy(); });
  addWindowAction(tr("Cancel"), {keys("Esc")}, [this] { escape(); });
  m_menu->addSeparator();

  std::size_t number = 0;
  for (const PageEntry* page : pageRegistry()) {
    ++number;
    QList<QKeySequence> shortcuts;
    if (page->place == RailPlace::Top && number <= kPageKeys)
      shortcuts << QKeySequence(QStringLiteral("Ctrl+%1").arg(number));
    if (QLatin1String(page->id) == QLatin1String("settings")) shortcuts << keys("Ctrl+,");
    auto* action = addWindowAction(titleOf(*page), shortcuts, [this, page] { showPage(QLatin1String(page->id)); });
    if (page->place == RailPlace::Bottom) m_menu->addAction(action);
  }
  m_menu->addSeparator();
  m_menu->addAction(addWindowAction(tr("Quit"), {keys("Ctrl+Q")}, [this] { QWidget::close(); }));

  const auto refresh = [this, reload, close, back, forward, element] {
    const Selection& now = m_session.selection();
    reload->setEnabled(now.checkpoint != nullptr);
    close->setEnabled(now.checkpoint != nullptr);
    back->setEnabled(m_session.canGoBack());
    forward->setEnabled(m_session.canGoForward());
    element->setEnabled(now.tensorInfo() != nullptr);
  };
  connect(&m_session, &Session::selectionChanged, this, refresh);
  refresh();
}

void MainWindow::fillRecent(QMenu& menu) {
  menu.clear();
  for (const RecentFile& file : m_session.recentFiles().list()) {
    QString title = shown(file.path.toStdString());
    auto* action = menu.addAction(title.replace(QLatin1Char('&'), QStringLiteral("&&")), this,
                                  [this, path = file.path] { m_session.openPath(path); });
    action->setEnabled(file.exists());
  }
  if (menu.isEmpty()) menu.addAction(tr("none yet"))->setEnabled(false);
}

void MainWindow::openPalette(const QString& text) {
  QList<QAction*> all = currentPage()->actions();
  all += actions();
  m_palette->open(all, text);
}

/// Esc leaves what is in front: the strip, then the running task.
void MainWindow::escape() {
  if (m_errorStrip->isVisible())
    m_errorStrip->dismiss();
  else
    m_statusStrip->cancelShown();
}

/// What the tooltip says, for those who have no pointer over it; without one, the page about the program.
void MainWindow::help() {
  QWidget* focused = focusWidget();
  while (focused && focused != this && focused->toolTip().isEmpty()) focused = focused->parentWidget();
  if (!focused || focused == this) {
    showPage(QStringLiteral("about"));
    return;
  }
  QToolTip::showText(focused->mapToGlobal(QPoint(0, focused->height())), focused->toolTip(), focused);
}

void MainWindow::copy() {
  const QString text = currentPage()->copyText();
  if (!text.isEmpty()) QApplication::clipboard()->setText(text);
}

}  // namespace ulpscope
