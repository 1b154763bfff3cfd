// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QPointer>
#include <QSet>
#include <QString>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/backend/backend.h"
#include "core/cache/checkpoint_results.h"
#include "core/calibration/calibration.h"
#include "core/checkpoint/tensor_index.h"
#include "widgets/session/backend_choice.h"
#include "widgets/session/recent_files.h"
#include "widgets/session/selection.h"
#include "widgets/session/selection_history.h"
#include "widgets/session/task.h"

namespace ulpscope {

/// One sentence for the strip under the selection bar, and what the user can do about it.
struct Report {
  QString sentence = {};
  QString details = {};                ///< file, byte; may be empty
  QString action = {};                 ///< "Open anyway, read-only"; empty: none
  std::function<void()> perform = {};  ///< what the action does
  bool warning = false;                ///< nothing failed, but the user should know
};

/// What the pages share: the open checkpoints, the backend, the selection with its history, and the way to the user
/// (reports, tasks). The backends are given: no page knows where it is computed.
class Session final : public QObject {
  Q_OBJECT

 public:
  /// `backend` computes until setBackend(); `supply`: what else may be chosen. `samplePath`: the bundled checkpoint.
  Session(std::shared_ptr<const Backend> backend, QString samplePath, BackendSupply supply = {},
          QObject* parent = nullptr);
  ~Session() override;

  std::shared_ptr<const Backend> backend() const { return m_backend; }
  /// For work that begins from now on.
  void setBackend(std::shared_ptr<const Backend> backend);
  BackendChoice& backendChoice() { return *m_backendChoice; }

  /// Where results are kept between runs; nullptr: nowhere. `isUsed`: whether they are at the moment.
  void setCache(std::shared_ptr<ResultCache> cache, bool isUsed = true);
  const std::shared_ptr<ResultCache>& cache() const { return m_cache; }
  bool usesCache() const { return m_usesCache; }
  /// What is known of an open checkpoint, for the tasks of pages. After a reload nothing that was kept.
  std::shared_ptr<CheckpointResults> results(const std::shared_ptr<const Checkpoint>& checkpoint);

  const std::vector<std::shared_ptr<const Checkpoint>>& checkpoints() const { return m_checkpoints; }
  /// What lists of its tensors need; nullptr of none. Of an open checkpoint it was made with the opening, in the
  /// background; of another one it is made now.
  std::shared_ptr<const TensorIndex> tensorIndex(const std::shared_ptr<const Checkpoint>& checkpoint) const;
  const QString& samplePath() const { return m_samplePath; }
  RecentFiles& recentFiles() { return m_recent; }

  /// Opens in the background, one after the other; the first tensor worth looking at becomes the selection. Failures
  /// are reported; for a damaged file, and one that links to outside its folder, with the way to open it all the same.
  void openPath(const QString& path, const OpenOptions& options = {});
  void openSample() { openPath(m_samplePath); }
  void reload(const std::shared_ptr<const Checkpoint>& checkpoint);
  void close(const std::shared_ptr<const Checkpoint>& checkpoint);

  /// What is known of the inputs of layers, whatever is selected; nullptr: nothing.
  const std::shared_ptr<const Calibration>& calibration() const { return m_calibration; }
  void setCalibration(std::shared_ptr<const Calibration> calibration);
  /// Opens a file of it in the background; a failure is reported and changes nothing.
  void openCalibration(const QString& path);

  const Selection& selection() const { return m_history.current(); }
  void select(Selection selection);
  void selectCheckpoint(const std::shared_ptr<const Checkpoint>& checkpoint);
  /// A tensor of the selected checkpoint; the element is forgotten.
  void selectTensor(std::size_t tensor);
  /// An element of the selected tensor. Its code and value follow as soon as they are read (selectionChanged again).
  void selectElement(std::uint64_t element);
  void selectFormat(const std::string& format);
  /// Shows what a link ("ulpscope:float16/0xCECA") stands for on the explorer's page; reports one that cannot be read.
  void openLink(const std::string& link);
  void selectScheme(const std::string& scheme, const Settings& settings);

  bool canGoBack() const { return m_history.canGoBack(); }
  bool canGoForward() const { return m_history.canGoForward(); }
  void goBack();
  void goForward();

  /// Whether any task runs or waits.
  bool busy() const;

  /// Shows an error in the strip. Cancelled is no error; Changed offers to read anew.
  void report(const Error& error);
  void report(Report report) { Q_EMIT reported(report); }
  /// One sentence for the status bar, of something that went well.
  void note(const QString& sentence) { Q_EMIT noted(sentence); }

 Q_SIGNALS:
  void selectionChanged(const ulpscope::Selection& now, const ulpscope::Selection& before);
  void checkpointOpened(std::shared_ptr<const ulpscope::Checkpoint> checkpoint);
  void checkpointClosed(std::shared_ptr<const ulpscope::Checkpoint> checkpoint);
  /// `old` was read anew; the selection has moved to `fresh` already.
  void checkpointReloaded(std::shared_ptr<const ulpscope::Checkpoint> old,
                          std::shared_ptr<const ulpscope::Checkpoint> fresh);
  void backendChanged();
  /// The same one, which describes itself in another way: it has lost its device.
  void backendRenamed();
  void calibrationChanged();
  void reported(const ulpscope::Report& report);
  void noted(const QString& sentence);
  void taskStarted(ulpscope::Task* task);
  /// A page asks for another one to come to the front: "explorer".
  void pageRequested(const QString& id);

 private:
  friend class Task;
  void started(Task* task);
  void openNext();
  void opened(const std::shared_ptr<const TensorIndex>& index);
  std::shared_ptr<CheckpointResults> makeResults(const std::shared_ptr<const Checkpoint>& checkpoint, bool anew) const;
  void readElement();
  void readIfUnread();
  void announceFrom(const Selection& before);
  void reportOpening(const Error& error, const QString& path, const OpenOptions& options);

  std::shared_ptr<const Backend> m_backend;
  QString m_samplePath;
  std::shared_ptr<ResultCache> m_cache;
  bool m_usesCache = false;
  std::map<const Checkpoint*, std::shared_ptr<CheckpointResults>> m_results;  ///< by m_backend, of open checkpoints
  RecentFiles m_recent;
  std::vector<std::shared_ptr<const Checkpoint>> m_checkpoints;
  std::vector<std::shared_ptr<const TensorIndex>> m_indexes;  ///< of m_checkpoints, in the same order
  std::shared_ptr<const Calibration> m_calibration;
  SelectionHistory m_history;
  struct Opening {
    QString path;
    OpenOptions options;
  };
  std::deque<Opening> m_toOpen;     ///< the first one is being opened
  QSet<QString> m_followedFolders;  ///< whose links the user has allowed, until the program ends
  std::vector<QPointer<Task>> m_tasks;
  std::unique_ptr<BackendChoice> m_backendChoice;  ///< before the tasks whose backends tell it what they lost
  std::unique_ptr<Task> m_opening;
  std::unique_ptr<Task> m_reading;
  std::unique_ptr<Task> m_calibrating;
};

}  // namespace ulpscope
