// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <optional>
#include <vector>

#include "core/report/published_errors.h"
#include "widgets/models/table_model.h"

namespace ulpscope {

/// What two checkpoints were found to differ in, and what the second's types lose against the first.
struct DiffFindings {
  CheckpointDiff diff;
  PublishedErrors errors;
};

/// Columns of the table of differences.
enum class DiffColumn : std::uint8_t {
  Tensor,
  State,
  Type,
  Bits,
  Snr,
  Lost,
  Best,
  Differ,
  MaxError,
  RelativeRmse,
  Cosine
};
inline constexpr int kDiffColumns = 11;
inline constexpr int at(DiffColumn column) { return static_cast<int>(column); }
std::vector<TableColumn> diffColumns();

struct DiffRow {
  TensorDiff diff;
  std::vector<TableCell> cells;
};
/// Rows in which something is wrong come first, then what lost most; what is identical comes last.
std::vector<DiffRow> diffRows(const Checkpoint& first, const Checkpoint& second, const DiffFindings& findings);

/// Whether something of the second is stored in fewer bits than in the first, so that it is asked what that costs.
bool isQuantized(const Checkpoint& first, const Checkpoint& second, const CheckpointDiff& diff);

/// "64 identical · 37 other type".
QString summaryOf(const DiffFindings& findings);
/// "Q4_K: 4.5 bits, 22.5 dB, 4 tensors", a line for each type of the second.
QString typesSummaryOf(const DiffFindings& findings);

}  // namespace ulpscope
