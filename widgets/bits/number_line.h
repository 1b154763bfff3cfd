// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>
#include <vector>

#include "core/formats/value_order.h"

namespace ulpscope {

/// A value among its neighbours, drawn to scale: at a power of two the ticks below stand closer, at the ends of the
/// format the line ends. A click on a tick goes there.
class NumberLine final : public QWidget {
  Q_OBJECT

 public:
  static constexpr int kPerSide = 16;

  explicit NumberLine(QWidget* parent = nullptr);

  /// `ulp`: "one ulp = 2⁻⁶ = 0.015625", or empty where there is none.
  void setCode(const NumberFormat& format, std::uint64_t code, const QString& ulp);

  QSize sizeHint() const override { return {600, kHeight}; }
  QSize minimumSizeHint() const override { return {320, kHeight}; }

 Q_SIGNALS:
  void codePicked(quint64 code);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  bool event(QEvent* event) override;

 private:
  static constexpr int kHeight = 52;

  double xOf(const LinePoint& point) const;
  std::size_t centre() const;
  std::optional<std::size_t> pointAt(QPointF position) const;
  QString textOf(const LinePoint& point) const;
  void paintLine(QPainter& painter) const;
  void paintLabels(QPainter& painter) const;

  const NumberFormat* m_format = nullptr;
  std::vector<LinePoint> m_points;
  std::uint64_t m_code = 0;
  QString m_previous;
  QString m_next;
  QString m_ulp;
};

}  // namespace ulpscope
