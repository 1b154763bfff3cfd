// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>

#include "widgets/compare/format_choice.h"
#include "widgets/pages/page.h"
#include "widgets/session/task.h"

class QSplitter;

namespace ulpscope {

class CodesPanel;
class FormatTable;
class LinePanel;
class PictureCard;
class PlotView;
class RangeChart;
class TabStack;
struct Selection;

/// Number formats side by side: a table of all that is known of them, and pictures of those that are ticked.
class ComparePage final : public Page {
  Q_OBJECT

 public:
  explicit ComparePage(Session& pageSession, QWidget* parent = nullptr);

  void activated() override;
  bool exportFigure() override;
  QString copyText() const override;
  QWidget* filterField() override;

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void layOut();
  QWidget* buildOverview();
  /// Short windows have the number line on a tab of its own.
  void placeLine();
  void connectParts();
  void load();
  void showPictures();
  void follow(const Selection& selection);
  void look(std::string_view formatId);
  void pickCode(const NumberFormat& format, std::uint64_t code);

  FormatChoice m_choice;
  Task m_loading;
  bool m_isLoading = false;
  std::string m_format;  ///< the selected one that was followed last

  std::optional<bool> m_isShort;

  QSplitter* m_rows;
  QSplitter* m_overview;
  TabStack* m_tabs;
  FormatTable* m_table;
  RangeChart* m_range;
  PlotView* m_spacing;
  PlotView* m_density;
  PictureCard* m_rangeCard;
  PictureCard* m_spacingCard;
  PictureCard* m_densityCard;
  PictureCard* m_throughputCard;
  LinePanel* m_line;
  CodesPanel* m_codes;
};

}  // namespace ulpscope
