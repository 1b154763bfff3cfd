// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QPointer>
#include <QWidget>
#include <vector>

class QMenu;
class QStackedWidget;

namespace ulpscope {

class CommandPalette;
class ErrorStrip;
class Page;
class Rail;
class SelectionBar;
class Session;
class StatusStrip;

/// The window: selection bar, error strip, rail, pages from the registry, status strip. It shows no modal boxes; files
/// and folders may be dropped anywhere on it.
class MainWindow final : public QWidget {
  Q_OBJECT

 public:
  explicit MainWindow(Session& session, QWidget* parent = nullptr);

  /// Brings the page to the front, building it when it is first wanted. False if there is none of that id.
  bool showPage(const QString& id);
  Page* currentPage() const;

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void closeEvent(QCloseEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void addActions();
  QAction* addWindowAction(const QString& text, const QList<QKeySequence>& keys, std::function<void()> run);
  void fillRecent(QMenu& menu);
  void showPageAt(int index);
  void openPalette(const QString& text = {});
  void escape();
  void copy();
  void help();
  void retitle();

  Session& m_session;
  QMenu* m_menu;
  SelectionBar* m_selectionBar;
  ErrorStrip* m_errorStrip;
  Rail* m_rail;
  QStackedWidget* m_stack;
  StatusStrip* m_statusStrip;
  CommandPalette* m_palette;
  std::vector<Page*> m_pages;  ///< as the registry; nullptr until first shown
};

}  // namespace ulpscope
