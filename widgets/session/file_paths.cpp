// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/file_paths.h"

#include <QFile>

#include "widgets/session/session.h"

namespace ulpscope {

std::filesystem::path filePath(const QString& path) { return QFile::encodeName(path).toStdString(); }

Result<> refuseOpenFile(const std::filesystem::path& path, const Session& session) {
  std::error_code missing;  // a file that is not there is the same as no other
  for (const auto& checkpoint : session.checkpoints()) {
    const auto isSame = [&](const std::string& file) { return std::filesystem::equivalent(path, file, missing); };
    bool isOpen = isSame(checkpoint->path);  // the index, where the tensors are in shards
    for (const auto& file : checkpoint->files) isOpen = isOpen || isSame(file->name());
    if (isOpen)
      return fail(Errc::Usage, "another file than one of an open checkpoint was expected to be written to",
                  path.string());
  }
  return {};
}

}  // namespace ulpscope
