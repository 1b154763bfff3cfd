// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <string>
#include <vector>

#include "core/matmul/matrix_engine.h"

class QLineEdit;
class QListWidget;
class QListWidgetItem;

namespace ulpscope {

/// The engines that a product is made with: those ticked first, in the order they were chosen, then every other engine
/// with each of its formats. A filter above narrows them.
class EngineTicks final : public QWidget {
  Q_OBJECT

 public:
  explicit EngineTicks(QWidget* parent = nullptr);

  void setTicked(std::vector<EngineChoice> engines);
  const std::vector<EngineChoice>& ticked() const { return m_ticked; }
  QLineEdit& filterField() const { return *m_filter; }

 Q_SIGNALS:
  void edited();

 private:
  void fill();
  void narrow();
  void take(QListWidgetItem* item);

  static constexpr std::size_t kMostTicked = 8;  ///< colours that can be told apart

  std::vector<EngineChoice> m_ticked;
  std::vector<EngineChoice> m_offered;  ///< in the order of the list
  QLineEdit* m_filter;
  QListWidget* m_list;
};

}  // namespace ulpscope
