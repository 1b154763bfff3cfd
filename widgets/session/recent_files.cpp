// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/recent_files.h"

#include <QFileInfo>
#include <QSettings>

namespace ulpscope {
namespace {

constexpr auto kArray = "recent";

void store(const QVector<RecentFile>& files) {
  QSettings settings;
  settings.remove(QLatin1String(kArray));
  settings.beginWriteArray(QLatin1String(kArray), int(files.size()));
  for (int i = 0; i < files.size(); ++i) {
    settings.setArrayIndex(i);
    settings.setValue(QStringLiteral("path"), files[i].path);
    settings.setValue(QStringLiteral("container"), files[i].container);
    settings.setValue(QStringLiteral("bytes"), files[i].bytes);
    settings.setValue(QStringLiteral("opened"), files[i].opened);
  }
  settings.endArray();
}

}  // namespace

bool RecentFile::exists() const { return QFileInfo::exists(path); }

QVector<RecentFile> RecentFiles::list() const {
  QSettings settings;
  QVector<RecentFile> files;
  const int size = settings.beginReadArray(QLatin1String(kArray));
  for (int i = 0; i < size && i < kMost; ++i) {
    settings.setArrayIndex(i);
    files.append({.path = settings.value(QStringLiteral("path")).toString(),
                  .container = settings.value(QStringLiteral("container")).toString(),
                  .bytes = settings.value(QStringLiteral("bytes")).toULongLong(),
                  .opened = settings.value(QStringLiteral("opened")).toDateTime()});
  }
  settings.endArray();
  return files;
}

void RecentFiles::add(const Checkpoint& checkpoint) {
  const QString path = QFileInfo(QString::fromStdString(checkpoint.path)).absoluteFilePath();
  QVector<RecentFile> files = list();
  files.removeIf([&](const RecentFile& file) { return file.path == path; });
  files.prepend({.path = path,
                 .container = QString::fromStdString(checkpoint.container),
                 .bytes = checkpoint.totalBytes(),
                 .opened = QDateTime::currentDateTime()});
  if (files.size() > kMost) files.resize(kMost);
  store(files);
}

void RecentFiles::clear() { store({}); }

}  // namespace ulpscope
