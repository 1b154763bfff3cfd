// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QCheckBox>

#include "core/matmul/device_product.h"
#include "widgets/session/task.h"

namespace ulpscope {

class Session;

/// "Measured on NVIDIA H100 (cuBLAS 13.1.0)": whether the device of the backend multiplies, too. Where there is none it
/// cannot be ticked, and a tooltip says why. The backend is asked once it is shown: it may load a library for that.
class MeasuredTick final : public QCheckBox {
  Q_OBJECT

 public:
  explicit MeasuredTick(Session& session, QWidget* parent = nullptr);

  bool isMeasured() const { return isEnabled() && isChecked(); }

 Q_SIGNALS:
  /// isMeasured() is another.
  void edited();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void look();
  void showDevice(const Result<ProductDevice>& device);

  Session& m_session;
  bool m_wasShown = false;
  Task m_looking;
};

}  // namespace ulpscope
