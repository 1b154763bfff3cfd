// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/compare/format_choice.h"

class QComboBox;
class QLineEdit;
class QMenu;

namespace ulpscope {

class Card;
class FormatTableModel;
class LinkButton;
class TableView;

/// The table of formats on its card: filtered by words and family, sorted, with columns to choose; its tick boxes
/// (Space, too) choose what the pictures show.
class FormatTable final : public QWidget {
  Q_OBJECT

 public:
  explicit FormatTable(FormatChoice& choice, QWidget* parent = nullptr);

  /// Marks the row of a format without announcing it.
  void setCurrent(std::string_view formatId);
  QLineEdit& filterField() const { return *m_words; }
  QComboBox& families() const { return *m_family; }
  TableView& table() const { return *m_table; }
  FormatTableModel& model() const { return *m_model; }
  void setColumnShown(const QString& key, bool shown);

 Q_SIGNALS:
  void formatPicked(const QString& id);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void follow();
  void applyFilter();
  void showColumns();
  void fitColumns();
  void openColumnMenu();
  void addSortMenu(QMenu& menu);
  void openCopyMenu();
  void toggleCurrent();

  FormatChoice& m_choice;
  FormatTableModel* m_model;
  Card* m_card;
  QLineEdit* m_words;
  QComboBox* m_family;
  LinkButton* m_columns;
  LinkButton* m_untick;
  LinkButton* m_copy;
  TableView* m_table;
  QStringList m_shown;  ///< keys of the columns
  std::string m_current;
};

}  // namespace ulpscope
