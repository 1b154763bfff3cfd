// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/details_view.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include "core/report/tensor_export.h"
#include "widgets/checkpoint/tensor_facts.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

void addModel(FactRows& rows, const ModelDescription& model) {
  const auto add = [&rows](const QString& name, const std::optional<std::uint64_t>& count) {
    if (count) addCount(rows, name, *count);
  };
  for (const std::string& architecture : model.architectures)
    addFact(rows, DetailsView::tr("architecture"), shown(architecture));
  if (model.architectures.empty() && !model.modelType.empty())
    addFact(rows, DetailsView::tr("model type"), shown(model.modelType));
  add(DetailsView::tr("layers"), model.layers);
  add(DetailsView::tr("hidden size"), model.hiddenSize);
  add(DetailsView::tr("attention heads"), model.heads);
  add(DetailsView::tr("heads of keys and values"), model.keyValueHeads);
  add(DetailsView::tr("intermediate size"), model.intermediateSize);
  add(DetailsView::tr("vocabulary"), model.vocabulary);
  add(DetailsView::tr("experts of a layer"), model.experts);
  add(DetailsView::tr("experts of a token"), model.activeExperts);
}

}  // namespace

DetailsView::DetailsView(Session& session, QWidget* parent)
    : TensorView(session, parent),
      m_rows(new TableModel({{tr("Tensor"), false, {}}, {tr("Value"), true, {}}}, this)),
      m_remark(new PlainLabel({}, TextRole::Muted)),
      m_table(factTable(tr("Statistics of the tensor"), m_rows)),
      m_metadataRows(new TableModel({{tr("Checkpoint"), false, {}}, {tr("Value"), false, {}}}, this)),
      m_metadata(factTable(tr("Metadata of the checkpoint"), m_metadataRows)),
      m_config(new QPlainTextEdit),
      m_exports(new QWidget),
      m_exporting(session) {
  m_config->setReadOnly(true);
  m_config->setAccessibleName(tr("config.json"));
  m_config->setFont(theme().numbers(12));
  m_config->setLineWrapMode(QPlainTextEdit::NoWrap);

  auto* decoded = new QPushButton(tr("Export as float32…"));
  m_stored = new QPushButton(tr("Export as stored…"));
  auto* buttons = new QHBoxLayout(m_exports);
  buttons->setContentsMargins(0, 0, 0, 0);
  buttons->addWidget(decoded);
  buttons->addWidget(m_stored);
  buttons->addStretch();
  m_remark->setObjectName(QStringLiteral("remark"));
  m_remark->setWordWrap(true);
  m_remark->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_remark->hide();
  auto* left = new QWidget;
  auto* leftLayout = new QVBoxLayout(left);
  leftLayout->setContentsMargins(0, 0, 0, 0);
  leftLayout->addWidget(m_remark);
  leftLayout->addWidget(m_table, 1);
  leftLayout->addWidget(m_exports);
  auto* right = new QSplitter(Qt::Vertical);
  right->setObjectName(QStringLiteral("detailsRight"));
  right->setChildrenCollapsible(false);
  right->addWidget(m_metadata);
  right->addWidget(m_config);
  auto* splitter = new QSplitter;
  splitter->setObjectName(QStringLiteral("detailsSplitter"));
  splitter->setChildrenCollapsible(false);
  splitter->addWidget(left);
  splitter->addWidget(right);
  for (auto* each : {splitter, right}) keepPlace(*each, QStringLiteral("checkpoint/") + each->objectName());
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(splitter);

  connect(decoded, &QPushButton::clicked, this, [this] { askAndExport(false); });
  connect(m_stored, &QPushButton::clicked, this, [this] { askAndExport(true); });
  // One export at a time: a second one would take the place of the first.
  connect(&m_exporting, &Task::finished, this, [this] { m_exports->setEnabled(true); });
}

void DetailsView::refresh() {
  m_rows->setRows({});
  m_metadataRows->setRows({});
  m_config->clear();
  if (!tensor()) return;
  showTensor();
  showCheckpoint();
}

void DetailsView::showTensor() {
  const Statistics& s = tensor()->profile->statistics;
  FactRows rows = factsAbout(*tensor()->checkpoint, tensor()->tensor);
  addNumber(rows, tr("minimum"), s.min);
  addNumber(rows, tr("maximum"), s.max);
  addNumber(rows, tr("absolute maximum"), s.absMax);
  addNumber(rows, tr("mean"), s.mean);
  addNumber(rows, tr("standard deviation"), s.standardDeviation);
  addNumber(rows, tr("kurtosis (normal: 0)"), s.kurtosis);
  addCount(rows, tr("zeros"), s.kinds.zero);
  addCount(rows, tr("subnormals"), s.kinds.subnormal);
  addCount(rows, tr("NaN"), s.kinds.nan);
  addCount(rows, tr("+infinity"), s.kinds.positiveInfinity);
  addCount(rows, tr("−infinity"), s.kinds.negativeInfinity);
  addFact(rows, tr("computed by"), shown(tensor()->profile->backend));
  if (const KeptSince& since = tensor()->keptSince) addFact(rows, tr("from the cache of"), timeText(*since));
  m_rows->setRows(std::move(rows));
  m_table->resizeColumnToContents(0);
  const std::string& remark = tensor()->source.info().remark;
  m_remark->setText(shown(remark));
  m_remark->setVisible(!remark.empty());
  const std::string elsewhere = storedElsewhere(*tensor()->checkpoint, tensor()->tensor);
  m_stored->setEnabled(elsewhere.empty());
  m_stored->setToolTip(
      elsewhere.empty() ? QString() : plainToolTip(tr("This weight has no bytes of its own: %1").arg(qt(elsewhere))));
}

void DetailsView::showCheckpoint() {
  const Checkpoint& checkpoint = *tensor()->checkpoint;
  FactRows rows;
  addFact(rows, tr("path"), shown(checkpoint.path));
  addFact(rows, tr("container"), shown(checkpoint.container));
  addCount(rows, tr("files"), checkpoint.files.size());
  addCount(rows, tr("tensors"), checkpoint.totalTensors());
  if (!checkpoint.objects.empty()) addCount(rows, tr("not tensors"), checkpoint.objects.size());
  addCount(rows, tr("parameters"), checkpoint.totalElements());
  addCount(rows, tr("bytes of tensors"), checkpoint.totalBytes());
  if (checkpoint.model) addModel(rows, *checkpoint.model);
  for (const std::string& warning : checkpoint.warnings) addFact(rows, tr("warning"), shown(warning));
  for (const auto& [key, value] : checkpoint.metadata) addFact(rows, shown(key), shown(value));
  m_metadataRows->setRows(std::move(rows));
  m_metadata->resizeColumnToContents(0);
  m_config->setPlainText(checkpoint.config ? QString::fromStdString(*checkpoint.config)
                                           : tr("no config.json beside it"));
}

void DetailsView::askAndExport(bool stored) {
  if (!tensor()) return;
  QString name = shown(tensor()->name());
  for (const QChar bad : QStringLiteral("/\\:*?\"<>|")) name.replace(bad, u'_');
  const QString path = QFileDialog::getSaveFileName(this, tr("Export the tensor"), name + QStringLiteral(".npy"),
                                                    tr("NumPy array (*.npy)"));
  if (!path.isEmpty()) exportTo(path, stored);
}

void DetailsView::exportTo(const QString& path, bool stored) {
  if (!tensor()) return;
  const std::filesystem::path file = filePath(path);
  if (const auto other = refuseOpenFile(file, session()); !other) return session().report(other.error());
  m_exports->setEnabled(false);
  m_exporting.start(
      tr("exporting %1").arg(shown(tensor()->name())),
      [source = tensor()->source, backend = session().backend(), stored,
       file](const JobContext& job) -> Result<std::vector<std::string>> {
        auto exported = stored ? exportStored(source, job) : exportDecoded(source, *backend, job);
        if (!exported) return tl::unexpected(exported.error());
        const NpyArray& array = exported->array;
        // The file dialog has asked about an existing file.
        const auto written = writeNpy(file, array.descr, array.shape, array.data, AtomicFile::Existing::Replace);
        if (!written) return tl::unexpected(written.error());
        return std::move(exported->warnings);
      },
      [this, path](const Result<std::vector<std::string>>& warnings) {
        if (!warnings) return session().report(warnings.error());
        tellSaved(path, session());
        for (const std::string& warning : *warnings) session().report(Report{shown(warning), {}, {}, {}, true});
      });
}

}  // namespace ulpscope
