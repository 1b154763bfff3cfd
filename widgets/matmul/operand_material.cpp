// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/operand_material.h"

#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

using Source = OperandChoice::Source;

const OperandChoice& choiceOf(const DriftQuestion& question, OperandSide side) {
  return side == OperandSide::A ? question.a : question.b;
}

QString letterOf(OperandSide side) { return side == OperandSide::A ? QStringLiteral("A") : QStringLiteral("B"); }

/// The tensor, or nothing where the operand is none, or one that is not there.
std::optional<std::size_t> find(const OperandMaterial& material, const OperandChoice& choice) {
  if (!material.index) return {};
  if (choice.source == Source::Selected) return material.selected;
  if (choice.source != Source::Named) return {};
  const auto found = material.index->checkpoint->find(choice.tensor);
  return found ? std::optional(*found) : std::nullopt;
}

/// Empty: it is there and has numbers.
QString whyNot(const OperandMaterial& material, const OperandChoice& choice, OperandSide side) {
  const bool isNamed = choice.source == Source::Named;
  if (!material.index)
    return isNamed ? Session::tr("%1 is %2, but no checkpoint is open.").arg(letterOf(side), shown(choice.tensor))
                   : Session::tr("%1 is the selected tensor, but no checkpoint is open.").arg(letterOf(side));
  const auto tensor = find(material, choice);
  if (!tensor)
    return isNamed ? Session::tr("%1 is %2, which %3 does not have.")
                         .arg(letterOf(side), shown(choice.tensor),
                              shown(titleOf(*material.index->checkpoint).toStdString()))
                   : Session::tr("%1 is the selected tensor, but none is selected.").arg(letterOf(side));
  const TensorInfo& info = *material.info(*tensor);
  if (!info.isReadable()) return Session::tr("%1 cannot be read: %2").arg(letterOf(side), whyUnreadable(info));
  if (info.elements == 0) return Session::tr("%1 is %2, which has no elements.").arg(letterOf(side), shown(info.name));
  return {};
}

}  // namespace

OperandMaterial OperandMaterial::of(const Session& session) {
  const Selection& selection = session.selection();
  return {selection.checkpoint ? session.tensorIndex(selection.checkpoint) : nullptr, selection.tensor,
          session.calibration()};
}

bool OperandMaterial::isUsable(std::size_t tensor) const {
  return index && info(tensor)->isReadable() && info(tensor)->elements != 0;
}

OperandMaterial::Tensors OperandMaterial::tensorsOf(const DriftQuestion& question) const {
  Tensors tensors;
  if (question.isDrawn()) return tensors;
  tensors.checkpoint = index ? index->checkpoint.get() : nullptr;
  tensors.a = find(*this, question.a);
  tensors.b = find(*this, question.b);
  if (question.a.source == Source::Inputs) {
    tensors.a = question.b.isTensor() ? tensors.b : selected;
    tensors.calibration = calibration.get();
  }
  return tensors;
}

std::optional<OperandExtent> OperandMaterial::extentOf(const DriftQuestion& question, OperandSide side) const {
  const OperandChoice& choice = choiceOf(question, side);
  const auto tensor = find(*this, choice);
  if (!tensor || !isUsable(*tensor)) return {};
  return operandExtent(*info(*tensor), {side, choice.isTransposed});
}

std::optional<std::uint64_t> OperandMaterial::kOf(const DriftQuestion& question) const {
  for (const OperandSide side : {OperandSide::A, OperandSide::B})
    if (const auto extent = extentOf(question, side)) return extent->k;
  if (question.a.source != Source::Inputs || !index || !selected) return {};
  return matrixShape(info(*selected)->shape).columns;
}

QString OperandMaterial::obstacleTo(const DriftQuestion& question) const {
  for (const OperandSide side : {OperandSide::A, OperandSide::B})
    if (const OperandChoice& choice = choiceOf(question, side); choice.isTensor())
      if (const QString why = whyNot(*this, choice, side); !why.isEmpty()) return why;
  if (question.a.source == Source::Inputs) {
    const OperandChoice layer = question.b.isTensor() ? question.b : OperandChoice{.source = Source::Selected};
    if (const QString why = whyNot(*this, layer, OperandSide::B); !why.isEmpty()) return why;
    if (!calibration) return Session::tr("A is what was recorded of the layer's inputs, but no calibration is open.");
    if (question.b.isTensor() && !question.b.isTransposed)
      return Session::tr("Inputs of a layer go with its weight transposed: B is as stored.");
  }
  const auto a = extentOf(question, OperandSide::A), b = extentOf(question, OperandSide::B);
  if (!a || !b) return {};
  const auto fits = checkSameK(*a, *b);
  return fits ? QString() : shown(fits.error().message) + QLatin1Char('.');
}

}  // namespace ulpscope
