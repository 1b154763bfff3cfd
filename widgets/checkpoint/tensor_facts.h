// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "widgets/models/table_model.h"

namespace ulpscope {

class TableView;

/// Rows of a name and what is said of it.
using FactRows = std::vector<std::vector<TableCell>>;

void addFact(FactRows& rows, const QString& name, const QString& text);
void addCount(FactRows& rows, const QString& name, std::uint64_t count);
void addNumber(FactRows& rows, const QString& name, double value);

/// What a checkpoint says of a tensor without reading it: how it is stored, where, and what belongs to it. The remark,
/// a sentence, is no row.
FactRows factsAbout(const Checkpoint& checkpoint, std::size_t tensor);

/// A table of such rows, in their order.
TableView* factTable(const QString& name, TableModel* model);

}  // namespace ulpscope
