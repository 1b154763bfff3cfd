// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QDateTime>
#include <QString>
#include <QVector>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

struct RecentFile {
  QString path;
  QString container;
  quint64 bytes = 0;  ///< of all tensors
  QDateTime opened;

  bool exists() const;
};

/// The checkpoints opened lately, newest first, kept in the settings.
class RecentFiles {
 public:
  static constexpr int kMost = 12;

  QVector<RecentFile> list() const;
  void add(const Checkpoint& checkpoint);
  void clear();
};

}  // namespace ulpscope
