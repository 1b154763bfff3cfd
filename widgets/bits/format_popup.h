// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>

class QLineEdit;
class QListWidget;
class QListWidgetItem;

namespace ulpscope {

/// What a FormatPicker drops down: a line to filter by (every word must occur in title, name or id), the formats under
/// the headings of their families, and the rules that formats can be made by.
class FormatPopup final : public QFrame {
  Q_OBJECT

 public:
  explicit FormatPopup(QWidget* parent);
  void open(const QRect& below, const QString& current, const QString& filter);

 Q_SIGNALS:
  void picked(const QString& id);
  void designPicked(const QString& id);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void fill(const QString& filter);
  void addHeading(const QString& title);
  QListWidgetItem* addRow(const QString& title, const QString& note, const QString& id);
  void addRules(const QStringList& words);
  void moveTo(int row, int direction);
  void take();

  QLineEdit* m_filter;
  QListWidget* m_list;
  QString m_current;
};

}  // namespace ulpscope
