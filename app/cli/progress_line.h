// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <stop_token>
#include <thread>

#include "core/jobs/job.h"

namespace ulpscope {

/// Shows a job's progress on one line of standard error while it lives, if that is a terminal. Nothing appears for jobs
/// shorter than half a second, and the line is gone afterwards.
class ProgressLine {
 public:
  explicit ProgressLine(const Progress& progress);

 private:
  std::jthread m_writer;  ///< empty where there is no terminal
};

}  // namespace ulpscope
