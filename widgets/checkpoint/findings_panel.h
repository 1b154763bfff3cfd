// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>
#include <optional>

#include "core/cache/checkpoint_results.h"
#include "core/checkpoint/checkpoint.h"
#include "core/lint/lint.h"
#include "widgets/session/task.h"

class QPushButton;
class QTreeView;

namespace ulpscope {

class FindingsModel;
class PlainLabel;

/// What is strange in a checkpoint, worst first: every tensor is read for it once, when the panel is first shown or,
/// for large files, when asked. A finding that is chosen leads to its tensor, and to the element where it has one.
class FindingsPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit FindingsPanel(Session& session, QWidget* parent = nullptr);
  ~FindingsPanel() override;

  /// `unasked`: it is small enough to be read without a question.
  void setCheckpoint(std::shared_ptr<const Checkpoint> checkpoint, bool unasked);
  /// Those that something was found in.
  std::vector<std::size_t> tensors() const;

 Q_SIGNALS:
  void findingChosen(std::size_t tensor, std::optional<std::uint64_t> element);
  /// How many there are; nothing while that is unknown.
  void counted(std::optional<std::size_t> findings);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void recall();
  void look();
  void showFindings(std::vector<LintFinding> findings, const KeptSince& since);
  void choose(const QModelIndex& index);
  void say(const QString& sentence);

  Session& m_session;
  std::shared_ptr<const Checkpoint> m_checkpoint;
  bool m_unasked = false;
  bool m_looked = false;
  FindingsModel* m_model;
  PlainLabel* m_note;
  QPushButton* m_look;
  QTreeView* m_list;
  Task m_looking;
};

}  // namespace ulpscope
