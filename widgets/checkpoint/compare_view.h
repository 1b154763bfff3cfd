// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "core/analysis/tensor_diff.h"
#include "widgets/checkpoint/tensor_view.h"
#include "widgets/session/task.h"

class QComboBox;
class QLineEdit;
class QStringListModel;

namespace ulpscope {

class PlainLabel;
class PlotView;
class TableModel;
class TableView;

/// The tensor beside another one, of this checkpoint or of another that is open: how many elements differ and by how
/// much, both distributions, and that of the differences.
class CompareView final : public TensorView {
  Q_OBJECT

 public:
  explicit CompareView(Session& session, QWidget* parent = nullptr);
  ~CompareView() override;
  PlotBase* figure() const override;

  /// What the next tensor is compared with. Without a tensor: that of the same name.
  void setOther(std::shared_ptr<const Checkpoint> checkpoint, std::optional<std::size_t> tensor);

 protected:
  void refresh() override;
  void showEvent(QShowEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QWidget* buildForm();
  void offerCheckpoints();
  void offerTensor();
  void offerNames();
  std::shared_ptr<const Checkpoint> chosenCheckpoint() const;
  void compare();
  void clear(const QString& sentence);
  void show(const TensorComparison& comparison, const std::string& otherName);

  QComboBox* m_checkpoint;
  QLineEdit* m_name;
  QStringListModel* m_names;
  std::weak_ptr<const Checkpoint> m_namesOf;
  PlainLabel* m_note;
  TableModel* m_rows;
  TableView* m_facts;
  PlotView* m_values;
  PlotView* m_differences;
  std::optional<std::uint64_t> m_firstDifferent;
  Task m_comparing;
};

}  // namespace ulpscope
