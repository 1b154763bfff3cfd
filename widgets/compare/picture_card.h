// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <functional>

#include "core/report/table.h"

class QStackedWidget;

namespace ulpscope {

class Card;
class LinkButton;
class Session;
class TableModel;
class TableView;

/// A picture on a card, which turns over to the table behind it, and ways to take either away.
class PictureCard final : public QWidget {
  Q_OBJECT

 public:
  struct Source {
    std::function<Table()> table;         ///< the data behind the picture
    std::function<void()> exportPicture;  ///< asks where to, and writes it
  };

  PictureCard(Session& session, const QString& title, QWidget* picture, Source source, QWidget* parent = nullptr);

  void setNote(const QString& note);
  /// A control in the header, before those for table and export.
  void addControl(QWidget* control);
  /// The data behind the picture are others.
  void refresh();

  void showTable(bool table);
  bool showsTable() const;
  TableView& table() const { return *m_table; }
  void exportPicture() { m_source.exportPicture(); }

 private:
  void fillTable();
  void openExportMenu();
  void saveData();

  Session& m_session;
  QString m_title;
  Source m_source;
  bool m_isStale = true;
  Card* m_card;
  QWidget* m_picture;
  QStackedWidget* m_stack;
  TableModel* m_model = nullptr;
  TableView* m_table;
  QWidget* m_controls;
  LinkButton* m_turn;
  LinkButton* m_export;
};

}  // namespace ulpscope
