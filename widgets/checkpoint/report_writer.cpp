// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/report_writer.h"

#include <QApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <array>

#include "core/base/atomic_file.h"
#include "core/report/html_report.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/session.h"

namespace ulpscope {
namespace {

/// Every tensor that is a weight: parts of packed ones are told with them.
std::vector<std::size_t> wholeTensors(const Checkpoint& checkpoint) {
  std::vector<std::size_t> tensors;
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i)
    if (!checkpoint.tensors[i].partOf) tensors.push_back(i);
  return tensors;
}

}  // namespace

ReportWriter::ReportWriter(Session& session, QObject* parent)
    : QObject(parent), m_session(session), m_writing(session) {}

std::vector<const Scheme*> ReportWriter::usualSchemes() {
  std::vector<const Scheme*> schemes;
  for (const char* id : {"int8_row", "fp8_row", "bnb_nf4", "mxfp4", "nvfp4", "q4_0", "q8_0"})
    if (const Scheme* scheme = findScheme(id)) schemes.push_back(scheme);
  return schemes;
}

void ReportWriter::askAndWrite(bool withSchemes, QWidget* window) {
  const auto& checkpoint = m_session.selection().checkpoint;
  if (!checkpoint) return;
  const QString name = QFileInfo(QString::fromStdString(checkpoint->path)).completeBaseName();
  const QString path =
      QFileDialog::getSaveFileName(window, tr("Write a report"), name + QStringLiteral(".html"), tr("HTML (*.html)"));
  if (!path.isEmpty()) write(path, withSchemes);
}

void ReportWriter::write(const QString& path, bool withSchemes) {
  const auto& checkpoint = m_session.selection().checkpoint;
  if (!checkpoint) return;
  const std::filesystem::path file = filePath(path);
  if (const auto other = refuseOpenFile(file, m_session); !other) return m_session.report(other.error());
  const std::string generator = "Ulpscope " + QApplication::applicationVersion().toStdString();
  m_writing.start(
      tr("writing a report"),
      [checkpoint, file, generator, backend = m_session.backend(),
       schemes = withSchemes ? usualSchemes() : std::vector<const Scheme*>()](const JobContext& job) -> Result<> {
        const auto survey = surveyCheckpoint(*checkpoint, wholeTensors(*checkpoint), schemes, *backend, job);
        if (!survey) return tl::unexpected(survey.error());
        auto files = hashFiles(*checkpoint, job);
        if (!files) return tl::unexpected(files.error());
        const std::string page = htmlReport(
            *checkpoint, *survey, {checkpoint->path, {}, generator, *std::move(files), std::string(backend->id())});
        if (auto going = job.step(0); !going) return going;
        return writeFile(file, page, AtomicFile::Existing::Replace);
      },
      [this, path](const Result<>& result) {
        if (!result) return m_session.report(result.error());
        tellSaved(path, m_session);
        Q_EMIT written(path);
      });
}

}  // namespace ulpscope
