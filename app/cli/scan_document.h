// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/json.h"
#include "core/base/atomic_file.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// Part I of N of the selected tensors: those whose position in the selection is I modulo N.
struct Shard {
  std::uint64_t index = 0;
  std::uint64_t count = 1;

  bool holds(std::uint64_t position) const { return position % count == index; }
  friend bool operator==(const Shard&, const Shard&) = default;
};

/// "0/4". Usage if it is anything else or I is not below N.
Result<Shard> parseShard(const std::string& text);

/// What was asked of a scan. Two parts belong together, and a file can be gone on with, if all of it but the shard is
/// equal.
struct ScanRequest {
  std::string checkpoint;  ///< what its headers say, as a hash: names, types, shapes and places of all tensors
  std::uint64_t tensors;   ///< selected, in all shards
  std::string pattern;
  std::vector<std::string> schemes;
  std::string calibration = {};  ///< as it was given; empty: none

  friend bool operator==(const ScanRequest&, const ScanRequest&) = default;
};

/// FNV-1a (64 bits) over what the headers say, in hex: the same checkpoint on another machine has the same.
std::string fingerprint(const Checkpoint& checkpoint);

/// The result of a scan, and at the same time where it goes on. A tensor's entry holds its position in the selection,
/// so that parts merge to the document that one scan would have written, whatever the order.
struct ScanDocument {
  ScanRequest request;
  Shard shard;
  std::vector<Json> tensors;  ///< by position

  bool isComplete() const;
  bool has(std::uint64_t position) const;
  void add(Json tensor);
  /// With totals: for each scheme the bits per weight and the error over all tensors it fits.
  Json toJson() const;
};

/// NotFound if there is no such file, Corrupt if it is not a scan's document.
Result<ScanDocument> readScan(const std::filesystem::path& path);
Result<> writeScan(const std::filesystem::path& path, const ScanDocument& document, AtomicFile::Existing existing);

/// Usage if the parts are of different scans or one tensor is in two of them.
Result<ScanDocument> mergeScans(std::vector<ScanDocument> parts);

/// A table of tensors by schemes, signal to noise in dB.
std::string scanText(const ScanDocument& document, const class Terminal& terminal);

}  // namespace ulpscope
