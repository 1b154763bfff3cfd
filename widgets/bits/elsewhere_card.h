// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <vector>

#include "core/formats/representation.h"

class QTableView;

namespace ulpscope {

class LinkButton;
class RepresentationModel;

/// "The same value elsewhere": the number in every format. A click on a row picks its format.
class ElsewhereCard final : public QWidget {
  Q_OBJECT

 public:
  explicit ElsewhereCard(QWidget* parent = nullptr);
  void setRows(std::vector<Representation> rows, const NumberFormat& current);

 Q_SIGNALS:
  void formatPicked(const QString& id);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void fitColumns();
  void showCurrent();
  void sortByError(bool byError);
  void copyMenu(QWidget* button);
  void pick(int row);

  RepresentationModel* m_model;
  QTableView* m_table;
  LinkButton* m_order;
  const NumberFormat* m_current = nullptr;
};

}  // namespace ulpscope
