// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <vector>

class QButtonGroup;
class QVBoxLayout;

namespace ulpscope {

struct PageEntry;

/// The pages, down the left edge: icon and word, only the icon while collapsed.
class Rail final : public QWidget {
  Q_OBJECT

 public:
  explicit Rail(QWidget* parent = nullptr);
  void setCollapsed(bool collapsed);
  void setCurrent(int page);

 Q_SIGNALS:
  /// The index into pageRegistry().
  void chosen(int page);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QButtonGroup* m_buttons;
};

}  // namespace ulpscope
