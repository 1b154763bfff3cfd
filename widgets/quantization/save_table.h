// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

class QWidget;

namespace ulpscope {

class Session;
class TableView;

/// CSV, or Markdown where `path` ends in .md. An existing file is replaced, but none of an open checkpoint; a failure
/// is reported in the strip.
void saveTable(const TableView& table, const QString& path, Session& session);

/// Opens a menu below `button`: copy, or save as a file, for which `fileName` is proposed.
void openTableMenu(const TableView& table, QWidget& button, const QString& title, const QString& fileName,
                   Session& session);

}  // namespace ulpscope
