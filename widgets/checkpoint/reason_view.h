// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "core/checkpoint/checkpoint.h"
#include "widgets/checkpoint/tensor_facts.h"

namespace ulpscope {

class PlainLabel;

/// Stands where the views of a tensor stand, for what has no values to view: says what it is and why.
class ReasonView final : public QWidget {
  Q_OBJECT

 public:
  explicit ReasonView(QWidget* parent = nullptr);

  /// A tensor whose elements cannot be read.
  void showUnreadable(const Checkpoint& checkpoint, std::size_t tensor);
  /// A tensor that should be readable, and how reading it went wrong.
  void showFailure(const Checkpoint& checkpoint, std::size_t tensor, const Error& error);
  /// Something that is no tensor.
  void showObject(const InertObject& object);
  /// A checkpoint without a tensor.
  void showEmpty(const Checkpoint& checkpoint);

 private:
  void show(const QString& title, const QString& reason, const QString& safety, FactRows facts);

  PlainLabel* m_title;
  PlainLabel* m_reason;
  QWidget* m_warning;  ///< the icon before the reason
  PlainLabel* m_safety;
  TableModel* m_rows;
  TableView* m_facts;
};

}  // namespace ulpscope
