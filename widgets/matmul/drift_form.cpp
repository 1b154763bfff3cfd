// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/drift_form.h"

#include <QComboBox>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStandardItemModel>
#include <algorithm>
#include <bit>

#include "widgets/forms/field.h"
#include "widgets/forms/flow_layout.h"
#include "widgets/forms/quiet_wheel.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

using Source = OperandChoice::Source;

constexpr int kMostRows = 512;
constexpr int kMostSeed = 1'000'000;
constexpr int kMostCount = 1 << 20;
constexpr int kSmallestK = 6;  // as powers of two
constexpr int kLargestK = 18;

const QString kTensor = QStringLiteral("tensor");
const QString kInputs = QStringLiteral("inputs");

OperandChoice choiceOf(const QComboBox& box) {
  const QString id = currentId(box);
  if (id == kTensor) return {.source = Source::Tensor};
  if (id == kInputs) return {.source = Source::Inputs};
  for (const OperandKind kind : operandKinds())
    if (id == qt(idOf(kind))) return {Source::Drawn, kind};
  return {};
}

void offer(QComboBox& box, const QString& id, bool isOffered) {
  if (auto* model = qobject_cast<QStandardItemModel*>(box.model()))
    if (const int row = box.findData(id); row >= 0) model->item(row)->setEnabled(isOffered);
}

}  // namespace

DriftForm::DriftForm(QWidget* parent)
    : QWidget(parent),
      m_preset(comboBox(tr("Preset"))),
      m_a(comboBox(tr("A"))),
      m_b(comboBox(tr("B"))),
      m_rows(sizeBox(tr("Rows of A"), kMostRows)),
      m_columns(sizeBox(tr("Columns of B"), kMostRows)),
      m_k(comboBox(tr("K"))),
      m_seed(sizeBox(tr("Seed"), kMostSeed)),
      m_reference(comboBox(tr("Reference"))),
      m_rounding(comboBox(tr("Input rounding"))),
      m_order(comboBox(tr("Order of K"))),
      m_count(sizeBox(tr("Products, or accumulators"), kMostCount)) {
  for (const DriftPreset& preset : driftPresets()) m_preset->addItem(qt(preset.title), qt(preset.id));
  m_preset->addItem(tr("your own"), QString());
  for (QComboBox* box : {m_a, m_b})
    for (const OperandKind kind : operandKinds()) box->addItem(qt(titleOf(kind)), qt(idOf(kind)));
  m_a->addItem(tr("inputs of the layer"), kInputs);
  m_b->addItem(tr("selected tensor"), kTensor);
  for (int power = kSmallestK; power <= kLargestK; ++power) m_k->addItem(grouped(std::uint64_t{1} << power), power);
  m_seed->setMinimum(0);
  m_seed->setValue(0);
  m_reference->addItem(tr("FP64"), int(DriftReference::Float64));
  m_reference->addItem(tr("exact"), int(DriftReference::Exact));
  m_rounding->addItem(tr("as each engine's software"), -1);
  m_rounding->addItem(tr("nearest even"), int(Rounding::NearestEven));
  m_rounding->addItem(tr("nearest, ties away"), int(Rounding::NearestAway));
  m_rounding->addItem(tr("toward zero"), int(Rounding::TowardZero));
  m_order->addItem(tr("sequential"), int(KOrder::Kind::Sequential));
  m_order->addItem(tr("split into"), int(KOrder::Kind::Split));
  m_order->addItem(tr("promote every"), int(KOrder::Kind::Promote));

  auto* row = new FlowLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  const auto add = [row](const QString& name, QWidget* control) { row->addWidget(new Field(name, control)); };
  add(tr("Preset"), m_preset);
  add(tr("A"), m_a);
  add(tr("B"), m_b);
  add(tr("Rows of A"), m_rows);
  add(tr("Columns of B"), m_columns);
  add(tr("K"), m_k);
  add(tr("Seed"), m_seed);
  add(tr("Reference"), m_reference);
  add(tr("Input rounding"), m_rounding);
  add(tr("Order of K"), m_order);
  row->addWidget(m_count);

  connect(m_preset, &QComboBox::activated, this, [this] {
    if (const DriftPreset* chosen = preset()) Q_EMIT presetChosen(*chosen);
  });
  for (QComboBox* box : {m_a, m_b, m_k}) connect(box, &QComboBox::activated, this, &DriftForm::leavePreset);
  for (QComboBox* box : {m_reference, m_rounding}) connect(box, &QComboBox::activated, this, &DriftForm::edited);
  connect(m_order, &QComboBox::activated, this, [this] {
    showOrder();
    Q_EMIT edited();
  });
  for (QSpinBox* box : {m_rows, m_columns, m_seed, m_count})
    connect(box, &QSpinBox::valueChanged, this, &DriftForm::edited);
  setPreset(driftPresets()[1]);
  showOrder();
}

QSpinBox* DriftForm::sizeBox(const QString& name, int most) {
  auto* box = new QuietWheel<QSpinBox>;
  box->setAccessibleName(name);
  box->setRange(1, most);
  box->setKeyboardTracking(false);
  return box;
}

void DriftForm::showOrder() {
  const auto kind = KOrder::Kind(m_order->currentData().toInt());
  const QSignalBlocker quiet(m_count);
  m_count->setVisible(kind != KOrder::Kind::Sequential);
  if (kind == KOrder::Kind::Split) m_count->setValue(4);
  if (kind == KOrder::Kind::Promote) m_count->setValue(128);
}

void DriftForm::leavePreset() {
  setCurrentId(*m_preset, QString());
  Q_EMIT edited();
}

const DriftPreset* DriftForm::preset() const {
  const std::string id = currentId(*m_preset).toStdString();
  const auto found = std::ranges::find(driftPresets(), id, &DriftPreset::id);
  return found == driftPresets().end() ? nullptr : &*found;
}

void DriftForm::setPreset(const DriftPreset& preset) {
  setCurrentId(*m_preset, qt(preset.id));
  setCurrentId(*m_a, qt(idOf(preset.a)));
  setCurrentId(*m_b, qt(idOf(preset.b)));
  const QSignalBlocker quietRows(m_rows), quietColumns(m_columns);
  m_rows->setValue(int(preset.rows));
  m_columns->setValue(int(preset.columns));
  m_k->setCurrentIndex(m_k->findData(int(std::bit_width(preset.k)) - 1));
}

void DriftForm::setSource(Source ofA, Source ofB) {
  if (ofA == Source::Inputs) setCurrentId(*m_a, kInputs);
  if (ofB == Source::Tensor) setCurrentId(*m_b, kTensor);
  leavePreset();
}

void DriftForm::setMaterial(bool hasTensor, bool hasInputs) {
  offer(*m_b, kTensor, hasTensor);
  offer(*m_a, kInputs, hasTensor && hasInputs);
}

DriftQuestion DriftForm::question() const {
  DriftQuestion question;
  question.a = choiceOf(*m_a);
  question.b = choiceOf(*m_b);
  question.rows = std::size_t(m_rows->value());
  question.columns = std::size_t(m_columns->value());
  question.k = std::size_t{1} << m_k->currentData().toInt();
  question.seed = std::uint64_t(m_seed->value());
  question.settings.reference = DriftReference(m_reference->currentData().toInt());
  if (const int rounding = m_rounding->currentData().toInt(); rounding >= 0)
    question.settings.inputRounding = Rounding(rounding);
  const auto kind = KOrder::Kind(m_order->currentData().toInt());
  question.settings.order = {kind, kind == KOrder::Kind::Sequential ? 0 : std::size_t(m_count->value())};
  question.settings.separatesSums = true;
  return question;
}

}  // namespace ulpscope
