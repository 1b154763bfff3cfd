// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/overlay_list.h"

#include <algorithm>

#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

void OverlayList::setTensor(std::shared_ptr<const Checkpoint> checkpoint, std::size_t tensor, std::size_t most) {
  m_checkpoint = std::move(checkpoint);
  m_tensor = tensor;
  m_most = most;
  std::erase(m_chosen, tensor);
  fill();
}

void OverlayList::setFilter(const QString& text) {
  m_words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
  fill();
}

void OverlayList::setChosen(std::vector<std::size_t> tensors) {
  m_chosen = std::move(tensors);
  if (m_chosen.size() > m_most) m_chosen.resize(m_most);
  fill();
}

void OverlayList::fill() {
  beginResetModel();
  m_rows.clear();
  if (m_checkpoint) {
    const auto matches = [&](const TensorInfo& info) {
      const QString name = m_words.isEmpty() ? QString() : QString::fromStdString(info.name);
      return std::ranges::all_of(m_words,
                                 [&](const QString& word) { return name.contains(word, Qt::CaseInsensitive); });
    };
    m_rows = m_chosen;
    for (std::size_t i = 0; i < m_checkpoint->tensors.size(); ++i) {
      const TensorInfo& info = m_checkpoint->tensors[i];
      if (i == m_tensor || !info.isReadable() || info.elements == 0 || !matches(info)) continue;
      if (std::ranges::find(m_chosen, i) == m_chosen.end()) m_rows.push_back(i);
    }
  }
  endResetModel();
}

int OverlayList::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant OverlayList::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const std::size_t tensor = tensorAt(index.row());
  const TensorInfo& info = m_checkpoint->tensors[tensor];
  if (role == Qt::DisplayRole) return shown(info.name);
  if (role == Qt::ToolTipRole)
    return plainToolTip(QStringLiteral("%1\n%2 %3").arg(shown(info.name), typeText(info), shapeText(info.shape)));
  if (role == Qt::CheckStateRole)
    return std::ranges::find(m_chosen, tensor) != m_chosen.end() ? Qt::Checked : Qt::Unchecked;
  return {};
}

bool OverlayList::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (role != Qt::CheckStateRole || !index.isValid()) return false;
  const std::size_t tensor = tensorAt(index.row());
  const bool isChosen = std::ranges::find(m_chosen, tensor) != m_chosen.end();
  if ((value.toInt() == Qt::Checked) == isChosen) return true;
  if (isChosen) {
    std::erase(m_chosen, tensor);
  } else if (m_chosen.size() >= m_most) {
    Q_EMIT refused();
    return false;
  } else {
    m_chosen.push_back(tensor);
  }
  Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
  Q_EMIT chosenChanged();
  return true;
}

Qt::ItemFlags OverlayList::flags(const QModelIndex& index) const {
  return index.isValid() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable : Qt::NoItemFlags;
}

}  // namespace ulpscope
