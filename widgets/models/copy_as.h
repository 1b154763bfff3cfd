// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QPoint>
#include <QString>
#include <functional>

#include "core/report/table.h"

class QAbstractItemView;
class QKeyEvent;
class QMenu;
class QWidget;

namespace ulpscope {

/// The forms in which tables leave the window. Tab-separated text is what spreadsheets take.
enum class CopyAs { Csv, Tsv, Markdown, Latex, Json };

QString textAs(const Table& table, CopyAs form);
/// As text, and where the form has a type of its own as that too.
void copyToClipboard(const Table& table, CopyAs form);

using MakeTable = std::function<Table()>;
/// One entry a form; `what` is copied: "Copy %1 as CSV" where it is given, else "Copy as CSV". The table is made when
/// an entry is chosen.
void addCopyActions(QMenu& menu, const MakeTable& table, const QString& what = {});
/// The same as a menu of its own, at `at` in global coordinates.
void openCopyMenu(QWidget& parent, QPoint at, const MakeTable& table);

/// Gives a view these keys and this menu in place of what it does itself, which is to copy a single cell.
void makeCopyable(QAbstractItemView& view, const MakeTable& table);
/// The same where the table must be read first: `copy` sees to it.
using CopyIn = std::function<void(CopyAs form)>;
void makeCopyable(QAbstractItemView& view, CopyIn copy);

/// Ctrl+C copies as tab-separated text, Ctrl+Shift+C opens the menu; whether `key` was one of them.
bool copyByKey(QWidget& widget, const QKeyEvent& key, const MakeTable& table);
/// For event(): accepts the ShortcutOverride of those keys, which else are the window's own.
bool claimsCopyKey(QEvent& event);

}  // namespace ulpscope
