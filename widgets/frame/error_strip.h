// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <functional>

class QPushButton;

namespace ulpscope {

struct Report;
class LinkButton;
class PlainLabel;

/// The strip under the selection bar: one sentence, "details" with file and byte, an action where there is one,
/// dismiss.
class ErrorStrip final : public QWidget {
  Q_OBJECT

 public:
  explicit ErrorStrip(QWidget* parent = nullptr);
  void show(const Report& report);
  void dismiss();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void showDetails(bool on);

  PlainLabel* m_sentence;
  PlainLabel* m_details;
  LinkButton* m_toggle;
  QPushButton* m_action;
  std::function<void()> m_perform;
  bool m_warning = false;
};

}  // namespace ulpscope
