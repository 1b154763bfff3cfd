// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/operand_box.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QStandardItemModel>

#include "widgets/forms/field.h"
#include "widgets/matmul/tensor_picker.h"
#include "widgets/models/short_name.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

using Source = OperandChoice::Source;

constexpr int kNameWidth = 230;  // px

const QString kInputs = QStringLiteral("inputs");
const QString kSelected = QStringLiteral("selected");
const QString kNamed = QStringLiteral("named");
const QString kChoose = QStringLiteral("choose");

QString idOf(const OperandChoice& choice) {
  switch (choice.source) {
    case Source::Inputs:
      return kInputs;
    case Source::Selected:
      return kSelected;
    case Source::Named:
      return kNamed;
    case Source::Drawn:
      break;
  }
  return qt(idOf(choice.kind));
}

void offer(QComboBox& box, const QString& id, bool isOffered) {
  if (auto* model = qobject_cast<QStandardItemModel*>(box.model()))
    if (const int row = box.findData(id); row >= 0) model->item(row)->setEnabled(isOffered);
}

}  // namespace

OperandBox::OperandBox(OperandSide side, QWidget* parent)
    : QWidget(parent),
      m_side(side),
      m_source(comboBox(side == OperandSide::A ? tr("A") : tr("B"))),
      m_way(comboBox(side == OperandSide::A ? tr("Which way round A is") : tr("Which way round B is"))) {
  for (const OperandKind kind : operandKinds()) m_source->addItem(qt(titleOf(kind)), qt(ulpscope::idOf(kind)));
  m_source->insertSeparator(m_source->count());
  if (side == OperandSide::A) m_source->addItem(tr("inputs of the layer"), kInputs);
  m_source->addItem(tr("selected tensor"), kSelected);
  m_source->addItem(tr("choose a tensor…"), kChoose);
  m_way->addItem(tr("as stored"), false);
  m_way->addItem(tr("transposed"), true);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(4);
  row->addWidget(m_source);
  row->addWidget(m_way);
  setFocusProxy(m_source);
  connect(m_source, &QComboBox::activated, this, &OperandBox::take);
  connect(m_way, &QComboBox::activated, this, [this] {
    m_choice.isTransposed = m_way->currentData().toBool();
    Q_EMIT edited();
  });
  m_choice.isTransposed = side == OperandSide::B;
  showChoice();
}

void OperandBox::setChoice(OperandChoice choice) {
  if (choice.tensor.empty()) choice.tensor = std::move(m_choice.tensor);  // which stays on offer
  m_choice = std::move(choice);
  showChoice();
}

void OperandBox::setMaterial(const OperandMaterial& material, std::optional<std::uint64_t> kOfOther) {
  m_material = material;
  m_kOfOther = kOfOther;
  offer(*m_source, kSelected, material.selected && material.isUsable(*material.selected));
  offer(*m_source, kInputs, material.selected && material.isUsable(*material.selected) && material.calibration);
  offer(*m_source, kChoose, material.index && !material.index->weights.empty());
}

void OperandBox::take(int item) {
  const QString id = m_source->itemData(item).toString();
  if (id == kChoose) {
    showChoice();  // what it was, until one is chosen
    // Later, as the key that chose this would else go on to the picker.
    QMetaObject::invokeMethod(this, &OperandBox::openPicker, Qt::QueuedConnection);
    return;
  }
  m_choice.source = id == kInputs     ? Source::Inputs
                    : id == kSelected ? Source::Selected
                    : id == kNamed    ? Source::Named
                                      : Source::Drawn;
  for (const OperandKind kind : operandKinds())
    if (id == qt(ulpscope::idOf(kind))) m_choice.kind = kind;
  showChoice();
  Q_EMIT edited();
}

void OperandBox::openPicker() {
  if (!m_picker) {
    m_picker = new TensorPicker(this);
    connect(m_picker, &TensorPicker::picked, this, &OperandBox::name);
  }
  std::optional<std::size_t> current = m_material.selected;
  if (m_choice.source == Source::Named && m_material.index)
    if (const auto found = m_material.index->checkpoint->find(m_choice.tensor)) current = *found;
  m_picker->open({m_source->mapToGlobal(QPoint()), m_source->size()}, m_material, current, m_kOfOther);
}

void OperandBox::name(std::size_t tensor) {
  const TensorInfo& info = *m_material.info(tensor);
  m_choice.source = Source::Named;
  m_choice.tensor = info.name;
  // The way round that was not said yet: the one that fits, if only one does.
  const auto k = [&](bool isTransposed) { return operandExtent(info, {m_side, isTransposed}).k; };
  if (m_kOfOther && k(m_choice.isTransposed) != *m_kOfOther && k(!m_choice.isTransposed) == *m_kOfOther)
    m_choice.isTransposed = !m_choice.isTransposed;
  showChoice();
  m_source->setFocus(Qt::PopupFocusReason);
  Q_EMIT edited();
}

void OperandBox::showChoice() {
  const QSignalBlocker quietSource(m_source), quietWay(m_way);
  if (!m_choice.tensor.empty()) {
    const QString whole = shown(m_choice.tensor);
    const QString brief = shortName(whole, 0, m_source->fontMetrics(), kNameWidth);
    const int known = m_source->findData(kNamed);
    const int at = known >= 0 ? known : m_source->findData(kChoose);
    if (known < 0) m_source->insertItem(at, brief, kNamed);
    m_source->setItemText(at, brief);
    m_source->setItemData(at, plainToolTip(whole), Qt::ToolTipRole);
  }
  setCurrentId(*m_source, idOf(m_choice));
  m_source->setToolTip(m_choice.source == Source::Named ? plainToolTip(shown(m_choice.tensor)) : QString());
  m_way->setCurrentIndex(m_choice.isTransposed ? 1 : 0);
  m_way->setVisible(m_choice.isTensor());
}

}  // namespace ulpscope
