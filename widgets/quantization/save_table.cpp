// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/save_table.h"

#include <QFileDialog>
#include <QMenu>

#include "core/base/atomic_file.h"
#include "widgets/models/table_view.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/session.h"

namespace ulpscope {

void saveTable(const TableView& table, const QString& path, Session& session) {
  const std::filesystem::path file = filePath(path);
  if (const auto other = refuseOpenFile(file, session); !other) return session.report(other.error());
  const bool markdown = path.endsWith(QLatin1String(".md"), Qt::CaseInsensitive);
  const QString text = table.textAs(markdown ? TableView::CopyAs::Markdown : TableView::CopyAs::Csv);
  const auto written = writeFile(file, text.toStdString(), AtomicFile::Existing::Replace);
  if (!written) return session.report(written.error());
  tellSaved(path, session);
}

void openTableMenu(const TableView& table, QWidget& button, const QString& title, const QString& fileName,
                   Session& session) {
  QMenu menu(&button);
  addCopyActions(menu, [&table] { return table.table(); });
  menu.addSeparator();
  menu.addAction(QMenu::tr("Save as\u2026"), &button, [&] {
    const QString path =
        QFileDialog::getSaveFileName(&button, title, fileName, QMenu::tr("CSV (*.csv);;Markdown (*.md)"));
    if (!path.isEmpty()) saveTable(table, path, session);
  });
  menu.exec(button.mapToGlobal(QPoint(0, button.height())));
}

}  // namespace ulpscope
