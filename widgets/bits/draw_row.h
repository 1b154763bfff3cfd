// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <cstdint>

#include "core/formats/stochastic_odds.h"

class QSpinBox;

namespace ulpscope {

class PlainLabel;

/// The draw of stochastic rounding: its seed, another draw on demand, and where the number goes how often.
class DrawRow final : public QWidget {
  Q_OBJECT

 public:
  explicit DrawRow(QWidget* parent = nullptr);

  /// The bits of the present draw.
  RandomBits bits() const;
  void setOdds(const NumberFormat& format, const StochasticOdds& odds);

 Q_SIGNALS:
  void drawn();

 private:
  void drawAgain();

  QSpinBox* m_seed;
  std::uint64_t m_draw = 0;  ///< how often was drawn with this seed
  PlainLabel* m_odds;
};

}  // namespace ulpscope
