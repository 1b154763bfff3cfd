// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <deque>
#include <memory>

#include "core/analysis/overview.h"
#include "widgets/checkpoint/profiled_tensor.h"
#include "widgets/pages/page.h"
#include "widgets/session/selection.h"
#include "widgets/session/task.h"

class QStackedLayout;
class QTabBar;
class QStackedWidget;

namespace ulpscope {

class Card;
class CompareView;
class DiffPanel;
class FindingsPanel;
class GroupView;
class HeatMapView;
class OverviewStrip;
class ReasonView;
class TensorPanel;
class TensorTreeModel;
class TensorView;
class ViewTabs;

/// What is in a checkpoint: the tree of tensors, an overview of all of them, and views of the selected one.
class CheckpointPage final : public Page {
  Q_OBJECT

 public:
  explicit CheckpointPage(Session& session, QWidget* parent = nullptr);
  ~CheckpointPage() override;

  void activated() override;
  bool exportFigure() override;
  QWidget* filterField() override;

 private:
  QWidget* buildTensors();
  QWidget* buildOverview();
  void addReport();
  QWidget* buildViews();
  void addView(TensorView* view, const QString& title, const char* id, const QString& shortTitle = {});
  void followSelection();
  void showCheckpoint(const std::shared_ptr<const Checkpoint>& checkpoint);
  enum class Unread { Read, Leave };
  /// Shows the summaries that were kept, and those of all other tensors where they are read.
  void scan(Unread unread);
  using Summaries = std::vector<std::pair<std::size_t, TensorSummary>>;
  void takeSummaries(const std::shared_ptr<const Checkpoint>& checkpoint, const Summaries& found);
  void showTensor(std::size_t tensor);
  void stopReading();
  void showObject(std::size_t object);
  void showGroup(const std::string& name, const std::vector<std::size_t>& tensors);
  void fail(std::size_t tensor, const Error& error);
  void setTensor(const std::optional<ProfiledTensor>& tensor);
  void goTo(std::size_t tensor, std::optional<std::uint64_t> element);

  TensorTreeModel* m_model;
  QStackedLayout* m_stack;
  QTabBar* m_lists;  ///< of what stands at the left: tensors, findings
  TensorPanel* m_panel;
  FindingsPanel* m_findings;
  DiffPanel* m_differences;
  Card* m_overviewCard;
  OverviewStrip* m_strip;
  QWidget* m_scanAll;
  QStackedWidget* m_viewStack;  ///< the tabs, or why there is nothing to see in them
  ViewTabs* m_tabs;
  ReasonView* m_reason;
  GroupView* m_group;
  HeatMapView* m_heatMap;
  TensorView* m_values;
  CompareView* m_compare;
  std::vector<TensorView*> m_views;

  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::optional<std::size_t> m_tensor;
  std::optional<std::size_t> m_awaited;  ///< the tensor that is being read for the views
  std::deque<ProfiledTensor> m_recent;   ///< newest first, so that going back needs no second read
  Task m_scanning;
  Task m_profiling;
};

}  // namespace ulpscope
