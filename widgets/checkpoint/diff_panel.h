// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>
#include <vector>

#include "widgets/checkpoint/diff_rows.h"
#include "widgets/session/task.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPushButton;

namespace ulpscope {

class PlainLabel;
class TableModel;
class TableView;

/// How the shown checkpoint differs from another open one, tensor by tensor, what differs most first. Errors are those
/// of the shown one against the other: if it is a quantized copy, what its types lose, as if they were schemes.
class DiffPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit DiffPanel(Session& session, QWidget* parent = nullptr);
  ~DiffPanel() override;

  void setCheckpoint(std::shared_ptr<const Checkpoint> checkpoint);

 Q_SIGNALS:
  /// A pair of tensors, or only one of the shown checkpoint where the other has none to it.
  void pairChosen(std::size_t tensor, std::shared_ptr<const ulpscope::Checkpoint> other,
                  std::optional<std::size_t> otherTensor);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QWidget* buildForm();
  void offerCheckpoints();
  std::shared_ptr<const Checkpoint> chosenOther() const;
  void compare();
  void show(const DiffFindings& findings);
  void chooseColumns();
  void choose(int row);
  void say(const QString& sentence);

  Session& m_session;
  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::shared_ptr<const Checkpoint> m_other;  ///< that the table is about
  std::vector<TensorDiff> m_diffs;            ///< in the order of the rows
  bool m_isQuantized = false;
  bool m_hasLost = false, m_hasBest = false;  ///< something stands in those columns
  QComboBox* m_against;
  QLineEdit* m_rules;
  QPushButton* m_compare;
  PlainLabel* m_note;
  QCheckBox* m_rivals;
  TableModel* m_rows;
  TableView* m_table;
  Task m_comparing;
};

}  // namespace ulpscope
