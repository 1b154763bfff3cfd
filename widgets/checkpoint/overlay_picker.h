// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <memory>
#include <vector>

#include "core/checkpoint/checkpoint.h"

class QLineEdit;
class QListView;
class QPushButton;

namespace ulpscope {

class OverlayList;
class PlainLabel;

/// The tensors that differ from this one in numbers of their name only, such as that of the layer: nearest first.
std::vector<std::size_t> similarTensors(const Checkpoint& checkpoint, std::size_t tensor);

/// What "Overlay…" drops down: the other tensors of a checkpoint with boxes to tick, a line to filter them by (every
/// word must occur in the name), and those of the same name in other layers at once. At most kMost.
class OverlayPicker final : public QFrame {
  Q_OBJECT

 public:
  static constexpr std::size_t kMost = 8;

  explicit OverlayPicker(QWidget* parent);
  ~OverlayPicker() override;
  void setTensor(std::shared_ptr<const Checkpoint> checkpoint, std::size_t tensor);
  void setChosen(const std::vector<std::size_t>& tensors);
  const std::vector<std::size_t>& chosen() const;
  void open(const QRect& below);
  void chooseSimilar();

 Q_SIGNALS:
  void chosenChanged();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void describe();

  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::size_t m_tensor = 0;
  QLineEdit* m_filter;
  OverlayList* m_rows;
  QListView* m_list;
  QPushButton* m_similar;
  QPushButton* m_none;
  PlainLabel* m_note;
};

}  // namespace ulpscope
