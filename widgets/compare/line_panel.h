// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/compare/format_choice.h"

class QComboBox;

namespace ulpscope {

class PictureCard;
class RoundingLine;
class Session;

/// The number line on its card, with the choice of format and rounding mode.
class LinePanel final : public QWidget {
  Q_OBJECT

 public:
  LinePanel(Session& session, FormatChoice& choice, QWidget* parent = nullptr);

  /// Fits the choice to the formats there are; keeps what is shown.
  void follow();
  void setFormat(std::string_view id);
  RoundingLine& line() const { return *m_line; }
  PictureCard& card() const { return *m_card; }

 Q_SIGNALS:
  void codePicked(const ulpscope::NumberFormat& format, quint64 code);

 private:
  void showFormat();

  FormatChoice& m_choice;
  RoundingLine* m_line;
  PictureCard* m_card;
  QComboBox* m_format;
  QComboBox* m_rounding;
};

}  // namespace ulpscope
