// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <functional>
#include <vector>

class QAction;
class QLineEdit;
class QListWidget;

namespace ulpscope {

class Session;

/// Ctrl+K: one field over a list of actions, tensors, formats and schemes. Typing filters (every word must occur),
/// Enter takes the marked row, Esc leaves. "17, 305" goes to that element, "ulpscope:float16/0xCECA" to that number.
class CommandPalette final : public QFrame {
  Q_OBJECT

 public:
  CommandPalette(Session& session, QWidget* window);

  /// `actions` are those of the window and of the page in front.
  void open(const QList<QAction*>& actions, const QString& text = {});

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  struct Row {
    QString title;
    QString kind;
    std::function<void()> run;
  };
  void refresh();
  void addMatches(const QStringList& words);
  void addTensors(const QStringList& words);
  void addElement(const QString& text);
  void addLink(const QString& text);
  void take(int row);

  Session& m_session;
  QList<QAction*> m_actions;
  std::vector<Row> m_rows;
  QLineEdit* m_field;
  QListWidget* m_list;
};

}  // namespace ulpscope
