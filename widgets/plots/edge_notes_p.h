// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <qcustomplot.h>

#include "widgets/theme/theme.h"

namespace ulpscope {

/// "12 values beyond" at the left and right end of a plot, where values lie outside of what is drawn.
class EdgeNotes final : public QObject {
  Q_OBJECT

 public:
  explicit EdgeNotes(QCustomPlot& plot);
  void setCounts(std::uint64_t below, std::uint64_t above);
  void applyColors(const ThemeColors& colors);
  bool contains(QPointF pixel) const;

 private:
  QCPItemText* m_left;
  QCPItemText* m_right;
};

}  // namespace ulpscope
