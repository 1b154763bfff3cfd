// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <vector>

#include "widgets/compare/format_choice.h"

namespace ulpscope {

/// The table of formats: one row a format that passes the filter, the first column with a tick box that puts it into
/// the pictures. Columns are those of core, the layout in one, and the published throughput of each GPU.
class FormatTableModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  struct Column {
    QString key;  ///< stable, for the settings
    QString title;
    QString meaning;
    bool numeric;
    bool shownAtFirst;
    int cell = -1;  ///< of FormatProfile::cells; -1: made here
    std::string_view gpu = {};
  };
  /// What the rows are narrowed down to. Words are looked for in all cells of words.
  struct Filter {
    QString words;
    QString family;           ///< id; empty: all
    bool chosenOnly = false;  ///< those in the pictures when the filter is set
  };

  explicit FormatTableModel(FormatChoice& choice, QObject* parent = nullptr);

  const std::vector<Column>& columns() const { return m_columns; }
  void setFilter(const Filter& filter);
  /// The families there are, in the order of the registry.
  QStringList families() const;
  const FormatProfile& profileAt(int row) const { return *m_rows[std::size_t(row)]; }
  /// -1 where the filter hides it.
  int rowOf(std::string_view formatId) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Cell {
    QString text;
    QString exact;
    QString remark;
    QString source;
    QVariant key;
  };
  Cell cellAt(const FormatProfile& profile, const Column& column) const;
  bool passes(const FormatProfile& profile) const;
  void rebuild();
  void follow();

  FormatChoice& m_choice;
  std::vector<Column> m_columns;
  Filter m_filter;
  const FormatChoice::Profiles* m_shown = nullptr;  ///< what the rows were made of
  std::vector<const FormatProfile*> m_rows;
};

}  // namespace ulpscope
