// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <QWidget>
#include <span>

class QPainter;

namespace ulpscope {

class Session;

/// A page of the window. It asks core for plain data in a Task and hands it to a plot or a model; it computes nothing.
/// Actions added with QWidget::addAction appear in the command palette while the page is shown.
class Page : public QWidget {
  Q_OBJECT

 public:
  explicit Page(Session& session, QWidget* parent = nullptr) : QWidget(parent), m_session(session) {}

  /// The page has come to the front: time to compute what was put off while nobody looked.
  virtual void activated() {}
  /// Ctrl+E: exports the main figure. False if there is none.
  virtual bool exportFigure() { return false; }
  /// What Ctrl+C copies where nothing with the focus has a selection of its own.
  virtual QString copyText() const { return {}; }
  /// What Ctrl+F focuses; nullptr where there is nothing to filter.
  virtual QWidget* filterField() { return nullptr; }

 protected:
  Session& session() const { return m_session; }

 private:
  Session& m_session;
};

/// Where a page stands in the rail, and which end of the selection it is about.
enum class RailPlace { Top, Bottom };
enum class Subject { Other, Format, Scheme };

/// A row of the registry of pages.
struct PageEntry {
  const char* id;       ///< stable: settings and --page
  const char* title;    ///< one word, for the rail; translated at use
  const char* icon;     ///< resources/icons/ICON.svg
  const char* summary;  ///< one sentence, for its card on the first page; nullptr: no card there
  RailPlace place = RailPlace::Top;
  Subject subject = Subject::Other;
  /// A small picture of what the page shows, painted live into the rectangle; nullptr with no summary.
  void (*paintPreview)(QPainter& painter, const QRectF& rect) = nullptr;
  Page* (*create)(Session& session, QWidget* parent) = nullptr;
};

std::span<const PageEntry* const> pageRegistry();

/// nullptr if there is none of that id.
const PageEntry* findPage(const QString& id);

QString titleOf(const PageEntry& page);

}  // namespace ulpscope
