// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QString>
#include <memory>
#include <optional>
#include <string>

#include "core/matmul/dot_trace.h"
#include "core/matmul/drift_curve.h"
#include "widgets/matmul/operand_material.h"
#include "widgets/session/task.h"

namespace ulpscope {

class Session;

/// What came out of a question.
struct DriftOutcome {
  DriftQuestion question;
  QString origin;   ///< what A and B are
  QString backend;  ///< who computed it
  DenseMatrix a, columnsOfB;
  std::vector<DriftPoint> points;  ///< those so far
  std::optional<Drift> whole;      ///< once all are there
};

/// The work behind the page of matrix products: operands, errors against K, and the trace of one element. In tasks,
/// newest wins; points come in as they are measured.
class DriftStudy final : public QObject {
  Q_OBJECT

 public:
  explicit DriftStudy(Session& session, QObject* parent = nullptr);

  /// Precondition: the material has no obstacle to the question.
  void ask(DriftQuestion question, const OperandMaterial& material);
  /// There is no question: what was computed goes, what is computed is cancelled.
  void drop();
  bool isRunning() const { return m_measuring.running(); }
  /// nullptr until the first point is there.
  const std::shared_ptr<const DriftOutcome>& outcome() const { return m_outcome; }

  /// The element's trace follows by traced(). Nothing while not all of the outcome is there.
  void trace(std::size_t engine, std::size_t row, std::size_t column);
  struct Traced {
    std::size_t engine, row, column;
    DotTrace trace;
  };
  const std::optional<Traced>& lastTrace() const { return m_trace; }

 Q_SIGNALS:
  void changed();
  void traced();

 private:
  void arrived(const std::shared_ptr<const DriftOutcome>& outcome);

  Session& m_session;
  std::shared_ptr<const DriftOutcome> m_outcome;
  std::optional<Traced> m_trace;
  Task m_measuring;
  Task m_tracing;
};

}  // namespace ulpscope
