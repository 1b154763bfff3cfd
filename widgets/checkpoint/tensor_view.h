// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>

#include "widgets/checkpoint/profiled_tensor.h"
#include "widgets/session/session.h"

namespace ulpscope {

class PlotBase;

/// One tab of the checkpoint page. It computes only while it can be seen: what it is given while hidden waits.
class TensorView : public QWidget {
  Q_OBJECT

 public:
  explicit TensorView(Session& session, QWidget* parent = nullptr) : QWidget(parent), m_session(session) {}

  void setTensor(std::optional<ProfiledTensor> tensor) {
    m_tensor = std::move(tensor);
    m_stale = true;
    if (isVisible()) bringUpToDate();
  }
  /// What Ctrl+E exports; nullptr where there is no figure.
  virtual PlotBase* figure() const { return nullptr; }

 protected:
  Session& session() const { return m_session; }
  const std::optional<ProfiledTensor>& tensor() const { return m_tensor; }
  virtual void refresh() = 0;
  void showEvent(QShowEvent*) override { bringUpToDate(); }

 private:
  void bringUpToDate() {
    if (!m_stale) return;
    m_stale = false;
    refresh();
  }

  Session& m_session;
  std::optional<ProfiledTensor> m_tensor;
  bool m_stale = false;
};

}  // namespace ulpscope
