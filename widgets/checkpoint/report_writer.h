// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <memory>

#include "core/checkpoint/checkpoint.h"
#include "core/quantization/scheme.h"
#include "widgets/session/task.h"

class QWidget;

namespace ulpscope {

class Session;

/// Writes the selected checkpoint on one page of HTML, as `ulp report` does, in the background.
class ReportWriter final : public QObject {
  Q_OBJECT

 public:
  explicit ReportWriter(Session& session, QObject* parent = nullptr);

  /// The schemes whose error is among what a page may tell.
  static std::vector<const Scheme*> usualSchemes();

  /// Asks for a file first.
  void askAndWrite(bool withSchemes, QWidget* window);
  /// An existing file is replaced, but none of an open checkpoint; a failure is reported in the strip.
  void write(const QString& path, bool withSchemes);

 Q_SIGNALS:
  void written(const QString& path);

 private:
  Session& m_session;
  Task m_writing;
};

}  // namespace ulpscope
