// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/file_paths.h"

#include <QFile>

#include "core/base/atomic_file.h"
#include "widgets/session/session.h"

namespace ulpscope {

std::filesystem::path filePath(const QString& path) { return QFile::encodeName(path).toStdString(); }

Result<> refuseOpenFile(const std::filesystem::path& path, const Session& session) {
  std::vector<std::string> open;
  for (const auto& checkpoint : session.checkpoints()) {
    open.push_back(checkpoint->path);  // the index, where the tensors are in shards
    for (const auto& file : checkpoint->files) open.push_back(file->name());
  }
  return refuseInputAsOutput(path, open);
}

}  // namespace ulpscope
