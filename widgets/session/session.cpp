// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/session.h"

#include <QFileInfo>
#include <algorithm>

#include "core/base/text.h"
#include "core/formats/number_link.h"
#include "core/formats/value_text.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

/// The first matrix of numbers with a fraction, else the first matrix, else the first tensor with values to look at.
/// Where none can be read, the first, which says why.
std::optional<std::size_t> firstWorthLooking(const Checkpoint& checkpoint) {
  std::optional<std::size_t> matrix, any;
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    const TensorInfo& tensor = checkpoint.tensors[i];
    if (!tensor.isReadable() || tensor.partOf || tensor.elements == 0) continue;
    if (!any) any = i;
    if (tensor.shape.size() < 2) continue;
    if (tensor.type->format && tensor.type->format->floatSpec()) return i;
    if (!matrix) matrix = i;
  }
  if (matrix) return matrix;
  return any || checkpoint.tensors.empty() ? any : std::optional<std::size_t>(0);
}

struct ElementReading {
  std::optional<std::uint64_t> code;  ///< where the type has a format
  std::string value;
};

Result<ElementReading> readOne(const TensorSource& source, std::uint64_t element) {
  ElementReading reading;
  if (const NumberFormat* format = source.type().format) {
    const auto code = source.codeAt(element);
    if (!code) return tl::unexpected(code.error());
    reading.code = *code;
    reading.value = exactText(*format, *code);
    return reading;
  }
  const auto value = source.valueAt(element);
  if (!value) return tl::unexpected(value.error());
  reading.value = shortest(*value);
  return reading;
}

/// Of the checkpoint at `path`: itself, where it is a folder.
QString folderOf(const QString& path) {
  const QFileInfo info(path);
  return info.isDir() ? info.absoluteFilePath() : info.absolutePath();
}

/// "model.safetensors is a link that leaves its folder, to /srv/blobs/1234."
QString linkSentence(const Error& error) {
  const QFileInfo link(QString::fromStdString(error.subject));
  if (!link.isSymLink()) return {};
  return Session::tr("%1 is a link that leaves its folder, to %2.")
      .arg(shown(link.fileName().toStdString()), shown(link.symLinkTarget().toStdString()));
}

/// "model.safetensors: no such file".
QString sentenceOf(const Error& error) {
  if (error.code == Errc::OutsideLink)
    if (const QString sentence = linkSentence(error); !sentence.isEmpty()) return sentence;
  const QString name = QFileInfo(QString::fromStdString(error.subject)).fileName();
  const QString message = shown(error.message);
  return name.isEmpty() ? message : QStringLiteral("%1: %2").arg(shown(name.toStdString()), message);
}

QString asSentence(const QString& text) { return text.endsWith(u'.') ? text : text + u'.'; }

QString detailsOf(const Error& error) {
  QString details = shown(error.subject);
  if (error.offset)
    details +=
        Session::tr("%1at byte %2").arg(details.isEmpty() ? QString() : QStringLiteral(", "), grouped(*error.offset));
  return details;
}

}  // namespace

Session::Session(std::shared_ptr<const Backend> backend, QString samplePath, BackendSupply supply, QObject* parent)
    : QObject(parent),
      m_backend(std::move(backend)),
      m_samplePath(std::move(samplePath)),
      m_backendChoice(std::make_unique<BackendChoice>(*this, std::move(supply))),
      m_opening(std::make_unique<Task>(*this)),
      m_reading(std::make_unique<Task>(*this)),
      m_calibrating(std::make_unique<Task>(*this)) {}

Session::~Session() = default;

void Session::setBackend(std::shared_ptr<const Backend> backend) {
  if (backend == m_backend) return;
  m_backend = std::move(backend);
  m_results.clear();
  Q_EMIT backendChanged();
}

void Session::setCache(std::shared_ptr<ResultCache> cache, bool isUsed) {
  m_cache = std::move(cache);
  m_usesCache = m_cache && isUsed;
  m_results.clear();
}

std::shared_ptr<CheckpointResults> Session::makeResults(const std::shared_ptr<const Checkpoint>& checkpoint,
                                                        bool anew) const {
  return std::make_shared<CheckpointResults>(checkpoint, m_backend, m_usesCache ? m_cache : nullptr, anew);
}

std::shared_ptr<CheckpointResults> Session::results(const std::shared_ptr<const Checkpoint>& checkpoint) {
  std::shared_ptr<CheckpointResults>& results = m_results[checkpoint.get()];
  if (!results) results = makeResults(checkpoint, false);
  return results;
}

bool Session::busy() const {
  return !m_toOpen.empty() ||
         std::any_of(m_tasks.begin(), m_tasks.end(), [](const auto& task) { return task && task->running(); });
}

void Session::setCalibration(std::shared_ptr<const Calibration> calibration) {
  if (calibration == m_calibration) return;
  m_calibration = std::move(calibration);
  Q_EMIT calibrationChanged();
}

void Session::openCalibration(const QString& path) {
  m_calibrating->start(
      tr("opening %1").arg(QFileInfo(path).fileName()),
      [file = filePath(path)](const JobContext& job) { return Calibration::open(file, job); },
      [this](const Result<std::shared_ptr<const Calibration>>& opened) {
        if (!opened) return report(opened.error());
        setCalibration(*opened);
      });
}

void Session::started(Task* task) {
  std::erase_if(m_tasks, [&](const auto& known) { return !known || known == task; });
  m_tasks.emplace_back(task);
  Q_EMIT taskStarted(task);
}

void Session::openPath(const QString& path, const OpenOptions& options) {
  m_toOpen.push_back({path, options});
  if (m_followedFolders.contains(folderOf(path))) m_toOpen.back().options.followLinks = true;
  if (m_toOpen.size() == 1) openNext();
}

void Session::openNext() {
  if (m_toOpen.empty()) return;
  const auto& [path, options] = m_toOpen.front();
  m_opening->start(
      tr("opening %1").arg(shown(path.toStdString())),
      [file = filePath(path), chosen = options](const JobContext& job) {
        return openCheckpoint(file, chosen, job).map([](std::shared_ptr<const Checkpoint> checkpoint) {
          return std::make_shared<const TensorIndex>(std::move(checkpoint));
        });
      },
      [this](const Result<std::shared_ptr<const TensorIndex>>& index) {
        const Opening done = m_toOpen.front();
        m_toOpen.pop_front();
        if (index)
          opened(*index);
        else
          reportOpening(index.error(), done.path, done.options);
        openNext();
      });
}

void Session::opened(const std::shared_ptr<const TensorIndex>& index) {
  const std::shared_ptr<const Checkpoint>& checkpoint = index->checkpoint;
  const auto same = std::find_if(m_checkpoints.begin(), m_checkpoints.end(),
                                 [&](const auto& open) { return open->path == checkpoint->path; });
  m_recent.add(*checkpoint);
  if (same != m_checkpoints.end()) {
    const auto old = *same;
    const Selection before = selection();
    *same = checkpoint;
    m_indexes[static_cast<std::size_t>(same - m_checkpoints.begin())] = index;
    m_results.erase(old.get());
    m_results[checkpoint.get()] = makeResults(checkpoint, true);
    m_history.replace(old, checkpoint);
    Q_EMIT checkpointReloaded(old, checkpoint);
    announceFrom(before);
  } else {
    m_checkpoints.push_back(checkpoint);
    m_indexes.push_back(index);
    Q_EMIT checkpointOpened(checkpoint);
  }
  if (selection().checkpoint != checkpoint) selectCheckpoint(checkpoint);
  if (!checkpoint->warnings.empty()) {
    QStringList sentences;
    for (const auto& warning : checkpoint->warnings) sentences << shown(warning);
    report({.sentence = sentences.size() == 1 ? sentences[0]
                                              : tr("%1 (and %2 more)").arg(sentences[0]).arg(sentences.size() - 1),
            .details = shown(checkpoint->path) + QLatin1Char('\n') + sentences.join(QLatin1Char('\n')),
            .warning = true});
  }
}

void Session::reload(const std::shared_ptr<const Checkpoint>& checkpoint) {
  if (checkpoint) openPath(QString::fromStdString(checkpoint->path));
}

void Session::close(const std::shared_ptr<const Checkpoint>& checkpoint) {
  const auto found = std::find(m_checkpoints.begin(), m_checkpoints.end(), checkpoint);
  if (found == m_checkpoints.end()) return;
  const Selection before = selection();
  const auto kept = checkpoint;  // `checkpoint` may be a reference into what changes here
  m_indexes.erase(m_indexes.begin() + (found - m_checkpoints.begin()));
  m_checkpoints.erase(found);
  m_results.erase(kept.get());
  m_history.replace(kept, nullptr);
  Q_EMIT checkpointClosed(kept);
  announceFrom(before);
}

std::shared_ptr<const TensorIndex> Session::tensorIndex(const std::shared_ptr<const Checkpoint>& checkpoint) const {
  const auto found = std::ranges::find(m_indexes, checkpoint, [](const auto& index) { return index->checkpoint; });
  if (found != m_indexes.end()) return *found;
  return checkpoint ? std::make_shared<const TensorIndex>(checkpoint) : nullptr;
}

void Session::select(Selection selection) {
  const Selection before = m_history.current();
  m_history.push(std::move(selection));
  announceFrom(before);
}

void Session::announceFrom(const Selection& before) {
  if (before != selection()) Q_EMIT selectionChanged(selection(), before);
}

void Session::selectCheckpoint(const std::shared_ptr<const Checkpoint>& checkpoint) {
  Selection next = selection();
  next.checkpoint = checkpoint;
  next.tensor = checkpoint ? firstWorthLooking(*checkpoint) : std::nullopt;
  next.element.reset();
  select(std::move(next));
}

void Session::selectTensor(std::size_t tensor) {
  Selection next = selection();
  next.tensor = tensor;
  next.element.reset();
  select(std::move(next));
}

void Session::selectElement(std::uint64_t element) {
  Selection next = selection();
  const TensorInfo* tensor = next.tensorInfo();
  if (!tensor || element >= tensor->elements || !tensor->type) return;
  next.element = element;
  if (tensor->type->format) next.format = tensor->type->format->info().id;
  next.code.reset();
  next.value.clear();
  select(std::move(next));
  readElement();
}

void Session::readElement() {
  const Selection wanted = selection();
  auto source = wanted.checkpoint->source(*wanted.tensor);
  if (!source) return report(source.error());
  m_reading->start(
      tr("reading one element"),
      [source = std::move(*source), element = *wanted.element](const JobContext&) { return readOne(source, element); },
      [this, wanted](Result<ElementReading> reading) {
        if (!reading) return report(reading.error());
        if (selection() != wanted) return;  // the user has gone on
        Selection known = wanted;
        known.code = reading->code;
        known.value = std::move(reading->value);
        m_history.amend(std::move(known));
        announceFrom(wanted);
      });
}

/// An element that was left before its value had arrived.
void Session::readIfUnread() {
  if (selection().tensorInfo() && selection().element && selection().value.empty()) readElement();
}

void Session::selectFormat(const std::string& format) {
  Selection next = selection();
  next.format = format;
  next.code.reset();  // a code belongs to its format
  select(std::move(next));
}

void Session::openLink(const std::string& link) {
  const auto number = parseLink(link);
  if (!number) return report(number.error());
  Selection next = selection();
  next.element.reset();
  next.format = number->format->info().id;
  next.code = number->code;
  next.value = exactText(*number->format, number->code);
  select(std::move(next));
  Q_EMIT pageRequested(QStringLiteral("explorer"));
}

void Session::selectScheme(const std::string& scheme, const Settings& settings) {
  Selection next = selection();
  next.scheme = scheme;
  next.settings = settings;
  select(std::move(next));
}

void Session::goBack() {
  if (!canGoBack()) return;
  const Selection before = selection();
  m_history.back();
  announceFrom(before);
  readIfUnread();
}

void Session::goForward() {
  if (!canGoForward()) return;
  const Selection before = selection();
  m_history.forward();
  announceFrom(before);
  readIfUnread();
}

void Session::report(const Error& error) {
  if (error.code == Errc::Cancelled) return;
  Report strip{.sentence = sentenceOf(error), .details = detailsOf(error), .perform = {}};
  if (error.code == Errc::Changed && selection().checkpoint) {
    strip.action = tr("Reload");
    strip.perform = [this] { reload(selection().checkpoint); };
  }
  report(std::move(strip));
}

void Session::reportOpening(const Error& error, const QString& path, const OpenOptions& options) {
  OpenOptions anyway = options;
  Report strip{.sentence = sentenceOf(error), .details = detailsOf(error)};
  if (error.code == Errc::Damaged && !options.allowDamaged) {
    anyway.allowDamaged = true;
    strip.action = tr("Open anyway, read-only");
    strip.perform = [this, path, anyway] { openPath(path, anyway); };
  } else if (error.code == Errc::OutsideLink && !options.followLinks) {
    anyway.followLinks = true;
    strip.sentence = tr("%1 Follow such links in this folder?").arg(asSentence(strip.sentence));
    strip.action = tr("Follow");
    strip.perform = [this, path, anyway] {
      m_followedFolders.insert(folderOf(path));
      openPath(path, anyway);
    };
  } else {
    return report(error);
  }
  report(std::move(strip));
}

}  // namespace ulpscope
