// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QListWidget>
#include <optional>

#include "core/quantization/scheme.h"

namespace ulpscope {

/// The schemes of the registry by family, each with its true bits per weight on the tensor at hand. A scheme that does
/// not fit the tensor is grey and says why in its tooltip.
class SchemeList final : public QListWidget {
  Q_OBJECT

 public:
  explicit SchemeList(QWidget* parent = nullptr);

  /// nullopt: no tensor, no bits.
  void setShape(const std::optional<MatrixShape>& shape);
  /// Marks the scheme without announcing it; its bits are those of `settings`.
  void setChosen(const Scheme& scheme, const Settings& settings);
  /// Leaves those whose id, title or family holds every word of `text`.
  void setFilter(const QString& text);

  QSize sizeHint() const override { return {180, 400}; }
  QSize minimumSizeHint() const override { return {80, 120}; }

 Q_SIGNALS:
  void schemeChosen(const std::string& id);

 private:
  void addFamily(const QString& title);
  void showBits(QListWidgetItem& item, const Scheme& scheme, const Settings& settings);

  std::optional<MatrixShape> m_shape;
  const Scheme* m_chosen = nullptr;
  Settings m_settings;
};

}  // namespace ulpscope
