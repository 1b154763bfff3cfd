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
void copyToClipboard(const QString& text, CopyAs form);
inline void copyToClipboard(const Table& table, CopyAs form) { copyToClipboard(textAs(table, form), form); }

using MakeTable = std::function<Table()>;
/// Where making the table takes its time: copies it in that form, sooner or later.
using CopyIn = std::function<void(CopyAs form)>;
/// One entry a form; `what` is copied: "Copy %1 as CSV" where it is given, else "Copy as CSV". The table is made when
/// an entry is chosen.
void addCopyActions(QMenu& menu, const MakeTable& table, const QString& what = {});
void addCopyActions(QMenu& menu, const CopyIn& copy, const QString& what = {});
/// The same as a menu of its own, at `at` in global coordinates.
void openCopyMenu(QWidget& parent, QPoint at, const MakeTable& table);

/// Gives a view these keys and this menu in place of what it does itself, which is to copy a single cell.
void makeCopyable(QAbstractItemView& view, const MakeTable& table);
void makeCopyable(QAbstractItemView& view, CopyIn copy);

/// Ctrl+C copies as tab-separated text, Ctrl+Shift+C opens the menu; whether `key` was one of them.
bool copyByKey(QWidget& widget, const QKeyEvent& key, const MakeTable& table);
bool copyByKey(QWidget& widget, const QKeyEvent& key, const CopyIn& copy);
/// For event(): accepts the ShortcutOverride of those keys, which else are the window's own.
bool claimsCopyKey(QEvent& event);

}  // namespace ulpscope
