// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/file_paths.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

#include "core/base/atomic_file.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

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

void tellSaved(const QString& path, Session& session) {
  const QString place = shown(QDir::toNativeSeparators(path).toStdString());
  session.note(QCoreApplication::translate("FilePaths", "saved %1").arg(place));
}

}  // namespace ulpscope
