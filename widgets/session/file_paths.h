// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <filesystem>

#include "core/base/result.h"

namespace ulpscope {

class Session;

/// The file that a path of Qt's names, in the encoding of the system's file names.
std::filesystem::path filePath(const QString& path);

/// Usage if `path` is, under whatever name, a file of an open checkpoint: the file dialog lets the user replace what
/// the pages still read from.
Result<> refuseOpenFile(const std::filesystem::path& path, const Session& session);

/// Says in the status bar where a file was saved.
void tellSaved(const QString& path, Session& session);

}  // namespace ulpscope
