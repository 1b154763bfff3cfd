// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <array>
#include <optional>
#include <string>

#include "core/formats/via.h"

class QComboBox;

namespace ulpscope {

class PlainLabel;
class TableModel;
class TableView;

/// The number on its way through other formats, beside the same number rounded once: each stage, and whether the two
/// ways part.
class ViaCard final : public QWidget {
  Q_OBJECT

 public:
  explicit ViaCard(QWidget* parent = nullptr);

  /// The number as text, the format it ends in, and how each stage rounds.
  void setNumber(FormatPointer target, const std::string& value, const RoundingChoice& rounding, Overflow overflow);

  /// nullopt while no format is chosen, and where the number cannot pass.
  const std::optional<ChainedRounding>& chain() const { return m_chain; }
  QString plainText() const;

 private:
  void roundAgain();
  void showNothing(const QString& sentence, bool isError);
  void copyMenu(QWidget* button);

  static constexpr std::size_t kMostStages = 3;

  FormatPointer m_target;
  std::string m_value;
  RoundingChoice m_rounding;
  Overflow m_overflow = Overflow::Format;
  std::optional<ChainedRounding> m_chain;

  std::array<QComboBox*, kMostStages> m_stages;
  TableModel* m_model;
  TableView* m_table;
  PlainLabel* m_board;
  PlainLabel* m_verdict;
};

}  // namespace ulpscope
