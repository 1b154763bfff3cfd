// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QApplication>
#include <string>

namespace ulpscope {

/// The application of the tests: it takes the time of every event that the loop delivers, in processor time of the
/// window's thread, which a busy machine does not stretch. What a test calls itself is no event; what it sends through
/// QTest is.
class TimedApplication final : public QApplication {
 public:
  using QApplication::QApplication;

  bool notify(QObject* receiver, QEvent* event) override;

  /// Of the events since the last call; in ms, and what it was.
  struct Longest {
    double ms = 0;
    std::string what = {};
  };
  static Longest takeLongest();

 private:
  static Longest s_longest;
  static int s_depth;  ///< events within events count with the outer one
};

}  // namespace ulpscope
