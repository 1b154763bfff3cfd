// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/tensor_pick_list.h"

#include <algorithm>

#include "widgets/session/text.h"

namespace ulpscope {

void TensorPickList::setMaterial(OperandMaterial material, std::optional<std::uint64_t> k) {
  m_material = std::move(material);
  m_k = k;
  m_query = {};
  m_isOnlyFitting = false;
  fill();
  m_all = m_rows.size();
}

void TensorPickList::setFitting(bool onlyFitting) {
  m_isOnlyFitting = onlyFitting;
  fill();
}

Result<> TensorPickList::setQuery(const QString& query) {
  auto parsed = TensorQuery::parse(query.toStdString());
  if (!parsed) return tl::unexpected(parsed.error());
  m_query = *std::move(parsed);
  fill();
  return {};
}

bool TensorPickList::fits(std::size_t tensor) const {
  if (!m_k) return true;
  const MatrixShape shape = matrixShape(m_material.info(tensor)->shape);
  return shape.rows == *m_k || shape.columns == *m_k;
}

void TensorPickList::fill() {
  beginResetModel();
  m_rows.clear();
  if (m_material.index) {
    m_rows = m_material.index->filter.matches(m_query);
    std::erase_if(m_rows, [&](std::size_t tensor) {
      return !m_material.isUsable(tensor) || m_material.info(tensor)->partOf || (m_isOnlyFitting && !fits(tensor));
    });
  }
  endResetModel();
}

int TensorPickList::rowOf(std::size_t tensor) const {
  const auto found = std::ranges::lower_bound(m_rows, tensor);
  return found != m_rows.end() && *found == tensor ? static_cast<int>(found - m_rows.begin()) : -1;
}

int TensorPickList::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant TensorPickList::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const std::size_t tensor = tensorAt(index.row());
  const TensorInfo& info = *m_material.info(tensor);
  const auto facts = [&] { return QStringLiteral("%1  %2").arg(typeText(info), shapeText(info.shape)); };
  switch (role) {
    case Qt::DisplayRole:
      return shown(info.name);
    case Qt::AccessibleTextRole:
      return QStringLiteral("%1, %2").arg(shown(info.name), facts());
    case Qt::ToolTipRole:
      return plainToolTip(QStringLiteral("%1\n%2").arg(shown(info.name), facts()));
    case kFacts:
      return facts();
    case kFits:
      return fits(tensor);
    default:
      return {};
  }
}

}  // namespace ulpscope
