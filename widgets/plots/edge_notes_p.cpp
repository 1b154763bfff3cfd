// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/edge_notes_p.h"

#include "widgets/session/text.h"

namespace ulpscope {

EdgeNotes::EdgeNotes(QCustomPlot& plot)
    : QObject(&plot), m_left(new QCPItemText(&plot)), m_right(new QCPItemText(&plot)) {
  for (QCPItemText* item : {m_left, m_right}) {
    item->setSelectable(false);
    item->setVisible(false);
    item->setLayer(QStringLiteral("axes"));  // above the bars
    item->setPadding(QMargins(6, 3, 6, 3));
    item->position->setType(QCPItemPosition::ptAxisRectRatio);
  }
  m_left->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
  m_left->position->setCoords(0, 0);
  m_right->setPositionAlignment(Qt::AlignRight | Qt::AlignTop);
  m_right->position->setCoords(1, 0);
}

void EdgeNotes::setCounts(std::uint64_t below, std::uint64_t above) {
  const auto text = [](std::uint64_t count) {
    return count == 1 ? tr("1 value beyond") : tr("%1 values beyond").arg(grouped(count));
  };
  m_left->setText(QStringLiteral("\u25C2 ") + text(below));
  m_left->setVisible(below > 0);
  m_right->setText(text(above) + QStringLiteral(" \u25B8"));
  m_right->setVisible(above > 0);
}

void EdgeNotes::applyColors(const ThemeColors& c) {
  for (QCPItemText* item : {m_left, m_right}) {
    item->setFont(theme().words(11));
    item->setColor(c.accent);
    item->setBrush(c.surface);
  }
}

bool EdgeNotes::contains(QPointF pixel) const {
  const auto holds = [&](const QCPItemText& item) {
    return item.visible() && QRectF(item.topLeft->pixelPosition(), item.bottomRight->pixelPosition()).contains(pixel);
  };
  return holds(*m_left) || holds(*m_right);
}

}  // namespace ulpscope
