// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/data_files.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/text.h"

namespace ulpscope {

Result<std::uint32_t> DataFiles::open(const std::string& name) {
  const auto known = m_files.find(name);
  if (known != m_files.end()) return known->second;
  const std::uint64_t most = m_context.options.limits.shards;
  if (m_files.size() >= most)
    return fail(Errc::LimitExceeded, fmt::format("at most {} files with its data expected, more found", most));
  Result<std::uint32_t> index;
  auto file = m_context.folder->open(name, m_hardLinks);
  if (file) {
    index = static_cast<std::uint32_t>(m_checkpoint.files.size());
    m_checkpoint.files.push_back(std::move(*file));
  } else {
    Error error = std::move(file.error());
    if (error.code == Errc::NotFound)
      error.message = fmt::format("its data are in the file {}, which is not there", inQuotes(name));
    else if (error.code == Errc::Corrupt)
      error.message = fmt::format("its data are outside the model's folder: {}", error.message);
    else if (error.code == Errc::Unsupported)
      error.message = fmt::format("its data at {}: {}", inQuotes(name), error.message);
    index = tl::unexpected(std::move(error));
  }
  m_files.emplace(name, index);
  return index;
}

}  // namespace ulpscope
