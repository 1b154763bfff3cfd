// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/options.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// How checkpoints may be opened, the same in every command that reads any.
class OpenFlags {
 public:
  void declare(Options& options);
  /// An error that one of the flags would get past names it.
  Result<std::shared_ptr<const Checkpoint>> open(const std::string& path, const JobContext& job) const;

 private:
  bool m_followLinks = false;
  bool m_allowDamaged = false;
};

/// PATH and how it may be opened.
class CheckpointArgument {
 public:
  void declare(Options& options);
  const std::string& path() const { return m_path; }
  Result<std::shared_ptr<const Checkpoint>> open(const JobContext& job) const { return m_flags.open(m_path, job); }

 private:
  std::string m_path;
  OpenFlags m_flags;
};

/// Every file that opening and reading the checkpoint may read: its shards, and the index and config beside them.
std::vector<std::string> filesReadBy(const Checkpoint& checkpoint);

/// Indices of the tensors whose name matches, in the checkpoint's order; an empty pattern matches all. NotFound if
/// there is none.
enum class Parts : std::uint8_t { Include, LeaveOut };  ///< of packed weights
Result<std::vector<std::size_t>> tensorsMatching(const Checkpoint& checkpoint, std::string_view pattern, Parts parts);

/// The tensor of that name, ready to be read.
Result<TensorSource> tensorOf(const Checkpoint& checkpoint, std::string_view name);

}  // namespace ulpscope
