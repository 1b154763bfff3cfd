// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/pages/page.h"

class QHBoxLayout;
class QMenu;
class QToolButton;

namespace ulpscope {

class Crumb;

/// What is looked at: checkpoint > tensor > element > type, or > scheme; without a checkpoint, value > format. At the
/// left the menu and history, at the right the way to the command palette.
class SelectionBar final : public QWidget {
  Q_OBJECT

 public:
  SelectionBar(Session& session, QMenu* menu, QWidget* parent = nullptr);

  /// The page in front decides whether the last crumb is the format or the scheme.
  void setSubject(Subject subject);

 Q_SIGNALS:
  void paletteRequested();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void buildCrumbs(QHBoxLayout& row);
  void fillTensors(QMenu& menu);
  void fillFormats(QMenu& menu);
  void refresh();

  Session& m_session;
  Subject m_subject = Subject::Other;
  QToolButton* m_back;
  QToolButton* m_forward;
  Crumb* m_checkpoint;
  Crumb* m_tensor;
  Crumb* m_element;
  Crumb* m_end;  ///< format or scheme
};

}  // namespace ulpscope
