// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/tensor_facts.h"

#include <QCoreApplication>
#include <QHeaderView>
#include <cmath>

#include "core/base/text.h"
#include "widgets/models/table_cells.h"
#include "widgets/models/table_view.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

struct TensorFacts {
  Q_DECLARE_TR_FUNCTIONS(TensorFacts)
};

/// What is kept in several tensors has no bytes of its own.
bool liesAtOnePlace(const TensorInfo& info) { return !info.packing || info.packing->parts.empty(); }

}  // namespace

void addFact(FactRows& rows, const QString& name, const QString& text) { rows.push_back({{name}, {text}}); }

void addCount(FactRows& rows, const QString& name, std::uint64_t count) { rows.push_back({{name}, countCell(count)}); }

void addNumber(FactRows& rows, const QString& name, double value) { rows.push_back({{name}, numberCell(value, 9)}); }

FactRows factsAbout(const Checkpoint& checkpoint, std::size_t tensor) {
  const TensorInfo& info = checkpoint.tensors[tensor];
  const auto nameOf = [&](std::size_t other) { return shown(checkpoint.tensors[other].name); };
  FactRows rows;
  addFact(rows, TensorFacts::tr("name"), shown(info.name));
  if (const QString place = placeText(checkpoint, info); !place.isEmpty())
    addFact(rows, TensorFacts::tr("role in the model"), place);
  addFact(rows, TensorFacts::tr("type"), typeText(info));
  if (info.packing) {
    addFact(rows, TensorFacts::tr("packing"), shown(info.packing->title));
    addFact(rows, TensorFacts::tr("decoded to"), info.isReadable() ? qt(info.type->title) : emDash());
  }
  addFact(rows, TensorFacts::tr("shape"), shapeText(info.shape));
  addCount(rows, TensorFacts::tr("elements"), info.elements);
  addCount(rows, TensorFacts::tr("bytes"), info.bytes);
  if (checkpoint.files.size() > 1 && info.file < checkpoint.files.size() && liesAtOnePlace(info))
    addFact(rows, TensorFacts::tr("file"), shown(checkpoint.files[info.file]->name()));
  if (liesAtOnePlace(info)) addCount(rows, TensorFacts::tr("offset in the file"), info.offset);
  if (info.packing)
    for (const std::size_t part : info.packing->parts) addFact(rows, TensorFacts::tr("part"), nameOf(part));
  if (info.partOf) addFact(rows, TensorFacts::tr("part of"), nameOf(*info.partOf));
  if (info.sharesWith) addFact(rows, TensorFacts::tr("same bytes as"), nameOf(*info.sharesWith));
  return rows;
}

TableView* factTable(const QString& name, TableModel* model) {
  auto* table = new TableView(name);
  table->setSource(model);
  table->setSortingEnabled(false);
  table->horizontalHeader()->setStretchLastSection(true);
  return table;
}

}  // namespace ulpscope
