// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "widgets/pages/page.h"

namespace ulpscope {

class ModelView;
class QuantizationPage;
class TabStack;

/// The quantization page: one tensor, or the whole model.
class QuantizationViews final : public Page {
  Q_OBJECT

 public:
  explicit QuantizationViews(Session& pageSession, QWidget* parent = nullptr);

  void activated() override;
  bool exportFigure() override;
  QString copyText() const override;

 private:
  bool isOfModel() const;

  QuantizationPage* m_tensor;
  ModelView* m_model;
  TabStack* m_views;
};

}  // namespace ulpscope
