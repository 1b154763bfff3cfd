// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/drift_form.h"

#include <QComboBox>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>
#include <array>
#include <bit>

#include "widgets/forms/field.h"
#include "widgets/forms/flow_layout.h"
#include "widgets/forms/quiet_wheel.h"
#include "widgets/matmul/operand_box.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kMostRows = 512;
constexpr int kMostSeed = 1'000'000;
constexpr int kMostCount = 1 << 20;
constexpr int kSmallestK = 6;  // as powers of two
constexpr int kLargestK = 18;

constexpr int kOfTensor = -1;  // in place of a power

}  // namespace

DriftForm::DriftForm(QWidget* parent)
    : QWidget(parent),
      m_preset(comboBox(tr("Preset"))),
      m_a(new OperandBox(OperandSide::A)),
      m_b(new OperandBox(OperandSide::B)),
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
  for (int power = kSmallestK; power <= kLargestK; ++power) m_k->addItem(grouped(std::uint64_t{1} << power), power);
  for (QSpinBox* box : {m_rows, m_columns})
    box->setToolTip(tr("Of a tensor the first ones; at most %1").arg(kMostRows));
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
  for (OperandBox* box : {m_a, m_b}) connect(box, &OperandBox::edited, this, &DriftForm::leavePreset);
  connect(m_k, &QComboBox::activated, this, [this] {
    m_drawnK = m_k->currentData().toInt();
    leavePreset();
  });
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
  showMaterial();
  Q_EMIT edited();
}

const DriftPreset* DriftForm::preset() const {
  const std::string id = currentId(*m_preset).toStdString();
  const auto found = std::ranges::find(driftPresets(), id, &DriftPreset::id);
  return found == driftPresets().end() ? nullptr : &*found;
}

void DriftForm::setPreset(const DriftPreset& preset) {
  setCurrentId(*m_preset, qt(preset.id));
  m_a->setChoice({.source = OperandChoice::Source::Drawn, .kind = preset.a});
  m_b->setChoice({.source = OperandChoice::Source::Drawn, .kind = preset.b, .isTransposed = true});
  const QSignalBlocker quietRows(m_rows), quietColumns(m_columns);
  m_rows->setValue(int(preset.rows));
  m_columns->setValue(int(preset.columns));
  m_drawnK = int(std::bit_width(preset.k)) - 1;
  showMaterial();
}

void DriftForm::setMaterial(const OperandMaterial& material) {
  m_material = material;
  showMaterial();
}

void DriftForm::showMaterial() {
  const DriftQuestion asked = question();
  const auto kOf = [&](OperandSide side) {
    const auto extent = m_material.extentOf(asked, side);
    return extent ? std::optional(extent->k) : std::nullopt;
  };
  m_a->setMaterial(m_material, kOf(OperandSide::B));
  m_b->setMaterial(m_material, kOf(OperandSide::A));
  const QSignalBlocker quiet(m_k);
  if (const int known = m_k->findData(kOfTensor); known >= 0) m_k->removeItem(known);
  if (!asked.isDrawn()) {
    const auto k = m_material.kOf(asked);
    m_k->insertItem(0, k ? grouped(*k) : emDash(), kOfTensor);
  }
  m_k->setCurrentIndex(m_k->findData(asked.isDrawn() ? m_drawnK : kOfTensor));
  m_k->setEnabled(asked.isDrawn());
  m_k->setToolTip(asked.isDrawn() ? QString() : tr("K is that of the tensor"));
  m_seed->setEnabled(asked.a.source == OperandChoice::Source::Drawn || asked.b.source == OperandChoice::Source::Drawn);
}

QString DriftForm::factsOf(const DriftQuestion& question, OperandSide side) const {
  const bool isA = side == OperandSide::A;
  const OperandChoice& choice = isA ? question.a : question.b;
  const QString letter = isA ? QStringLiteral("A") : QStringLiteral("B");
  const auto extent = m_material.extentOf(question, side);
  if (!extent) return {};
  const auto tensors = m_material.tensorsOf(question);
  const TensorInfo& info = *m_material.info(isA ? *tensors.a : *tensors.b);
  const std::uint64_t most = isA ? question.rows : question.columns;
  QString of = shown(info.name);
  if (info.shape.size() > 2)
    of = tr("%1 as %2").arg(of, shapeText(std::array{matrixShape(info.shape).rows, matrixShape(info.shape).columns}));
  if (choice.isTransposed) of = tr("%1 transposed").arg(of);
  if (extent->vectors <= most) return tr("%1 is %2").arg(letter, of);
  return (isA ? tr("A is the first %1 of %2 rows of %3") : tr("B is the first %1 of %2 columns of %3"))
      .arg(grouped(most), grouped(extent->vectors), of);
}

QString DriftForm::facts() const {
  const DriftQuestion asked = question();
  QStringList facts;
  for (const OperandSide side : {OperandSide::A, OperandSide::B})
    if (const QString fact = factsOf(asked, side); !fact.isEmpty()) facts << fact + QLatin1Char('.');
  return facts.join(QLatin1Char(' '));
}

DriftQuestion DriftForm::question() const {
  DriftQuestion question;
  question.a = m_a->choice();
  question.b = m_b->choice();
  question.rows = std::size_t(m_rows->value());
  question.columns = std::size_t(m_columns->value());
  question.k = std::size_t{1} << m_drawnK;
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
