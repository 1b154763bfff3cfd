// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/compare/format_choice.h"
#include "widgets/session/selection.h"

class QComboBox;
class QStackedWidget;

namespace ulpscope {

class Card;
class CodeGrid;
class CodeListModel;
class LinkButton;
class PlainLabel;
class Session;
class TableView;

/// All codes of a format: a grid up to 8 bits, a list up to 16; of wider ones it says so.
class CodesPanel final : public QWidget {
  Q_OBJECT

 public:
  CodesPanel(Session& session, FormatChoice& choice, QWidget* parent = nullptr);

  /// Fits the choice to the formats there are; keeps what is shown.
  void follow();
  void setFormat(std::string_view id);
  /// Marks the selected code, where it is one of the format shown.
  void mark(const Selection& selection);
  /// False where there is no grid to export.
  bool exportPicture();
  CodeGrid& grid() const { return *m_grid; }
  TableView& list() const { return *m_list; }
  void showList(bool list);

 Q_SIGNALS:
  void codePicked(const ulpscope::NumberFormat& format, quint64 code);
  /// The picked code is to be shown in full.
  void bitsRequested();

 private:
  void showFormat();
  void openExportMenu();
  void setNote(const QString& described);

  Session& m_session;
  FormatChoice& m_choice;
  const NumberFormat* m_shown = nullptr;
  bool m_prefersList = false;
  Card* m_card;
  QStackedWidget* m_stack;
  CodeGrid* m_grid;
  QWidget* m_gridArea;
  CodeListModel* m_model;
  TableView* m_list;
  PlainLabel* m_tooWide;
  QComboBox* m_format;
  LinkButton* m_openBits;
  LinkButton* m_turn;
  LinkButton* m_export;
};

}  // namespace ulpscope
