// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <vector>

#include "core/formats/representation.h"

namespace ulpscope {

class LinkButton;
class RepresentationModel;
class TableView;

/// "The same value elsewhere": the number in every format. Choosing a row picks its format.
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
  void tellOrder();
  void toggleOrder();
  void copyMenu(QWidget* button);

  RepresentationModel* m_model;
  TableView* m_table;
  LinkButton* m_order;
  const NumberFormat* m_current = nullptr;
};

}  // namespace ulpscope
