// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/json.h"
#include "app/cli/terminal.h"
#include "core/analysis/quantiles.h"
#include "core/analysis/tensor_profile.h"

namespace ulpscope {

/// What `ulp inspect` was asked to say of a tensor's values.
struct LookOptions {
  bool statistics = false;
  std::optional<std::uint64_t> bins = {};
  std::vector<double> shares = {};  ///< of quantiles
  bool exact = false;               ///< quantiles
  bool columns = false;             ///< and rows
  bool blocks = false;

  bool readValues() const { return statistics || bins || !shares.empty() || columns || blocks; }
  /// Times that a tensor is read for it.
  std::uint64_t reads(const ElementType& type) const;
};

struct Looked {
  TensorProfile profile;
  std::optional<Histogram> histogram = {};  ///< where asked for, and there are finite values
  std::vector<Quantile> quantiles = {};
  Outliers columns = {};
  Outliers rows = {};
};

Result<Looked> lookAt(const TensorSource& source, const LookOptions& options, const Backend& backend,
                      const JobContext& job);

/// "0.001" and its like: numbers of 0 to 1.
Result<std::vector<double>> sharesOf(const std::vector<std::string>& texts);

/// Sets the keys that were asked for; to null where the values could not be read.
void setKeys(Json& tensor, const std::optional<Looked>& looked, const LookOptions& options);

/// The cells of a tensor behind those of the table of tensors, and their headers and alignment.
void appendHeaders(Table& table, std::string& alignment, const LookOptions& options);
void appendCells(std::vector<std::string>& row, const std::optional<Looked>& looked, const LookOptions& options);

/// What stands below the table of tensors: a histogram, ranges of blocks.
std::string textBelow(const Terminal& terminal, const TensorInfo& info, const Looked& looked,
                      const LookOptions& options);

}  // namespace ulpscope
