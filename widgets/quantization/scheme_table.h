// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <string>
#include <vector>

#include "core/quantization/quantization_report.h"

namespace ulpscope {

class PlainLabel;
class Session;
class TableModel;
class TableView;

/// All schemes on this tensor: true bits per weight and what they cost. Narrow, it shows the columns that fit; what is
/// copied and saved has them all.
class SchemeTable final : public QWidget {
  Q_OBJECT

 public:
  explicit SchemeTable(Session& session, QWidget* parent = nullptr);

  void show(const std::vector<SchemeComparison>& schemes, const std::string& chosen);
  TableView& table() const { return *m_table; }
  /// Opens a menu at `button`: copy, or save as a file.
  void openMenu(QWidget* button);
  /// CSV, or Markdown where `path` ends in .md. An existing file is replaced.
  void save(const QString& path);

 Q_SIGNALS:
  void schemeChosen(const std::string& id);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void showColumns();

  Session& m_session;
  std::vector<std::string> m_ids;  ///< one a row
  bool m_hasOutputs = false;
  TableModel* m_model;
  TableView* m_table;
  PlainLabel* m_misfits;
};

}  // namespace ulpscope
