// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <optional>

#include "core/formats/explain.h"

class QTextBrowser;

namespace ulpscope {

class Session;

/// How the number came to its code, step by step, to read, select, copy and save.
class StepsCard final : public QWidget {
  Q_OBJECT

 public:
  explicit StepsCard(Session& session, QWidget* parent = nullptr);
  void setExplanation(const Explanation& explanation);
  QString plainText() const;

 private:
  void render();
  void copyMenu(QWidget* button);
  void save();

  Session& m_session;
  std::optional<Explanation> m_explanation;
  QTextBrowser* m_text;
};

}  // namespace ulpscope
