// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <cstdint>
#include <vector>

#include "core/formats/number_format.h"

namespace ulpscope {

/// The bits of a code as one line of small digits, a gap between fields and each in the colour of its kind.
class BitText final : public QWidget {
  Q_OBJECT

 public:
  explicit BitText(QWidget* parent = nullptr);
  void setCode(const NumberFormat& format, std::uint64_t code);

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  struct Run {
    FieldKind kind;
    QString digits;
  };
  std::vector<Run> m_runs;
};

}  // namespace ulpscope
