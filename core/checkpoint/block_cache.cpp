// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/block_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

namespace ulpscope {
namespace {

class BlockCache final : public ByteSource {
 public:
  BlockCache(std::shared_ptr<const ByteSource> bytes, std::size_t blockBytes)
      : m_bytes(std::move(bytes)), m_blockBytes(blockBytes) {
    assert(m_blockBytes > 0);
  }

  const std::string& name() const override { return m_bytes->name(); }
  std::uint64_t size() const override { return m_bytes->size(); }
  Result<> verifyUnchanged() const override { return m_bytes->verifyUnchanged(); }

  Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > size() || out.size() > size() - offset)
      return fail(Errc::Corrupt,
                  fmt::format("{} bytes expected, {} bytes left", out.size(), size() - std::min(offset, size())),
                  name(), offset);
    const std::scoped_lock lock(m_mutex);
    const bool toTheEnd = offset + out.size() == size();
    while (!out.empty()) {
      auto block = blockAt(offset / m_blockBytes);
      if (!block) return tl::unexpected(std::move(block.error()));
      const auto skipped = static_cast<std::size_t>(offset % m_blockBytes);
      const std::size_t part = std::min(out.size(), (*block)->size() - skipped);
      std::memcpy(out.data(), (*block)->data() + skipped, part);
      out = out.subspan(part);
      offset += part;
    }
    if (toTheEnd) m_kept = {};
    return {};
  }

 private:
  struct Block {
    std::uint64_t index = 0;
    std::vector<std::byte> bytes;  ///< none: not filled
  };

  Result<const std::vector<std::byte>*> blockAt(std::uint64_t index) const {
    for (std::size_t i = 0; i < m_kept.size(); ++i)
      if (!m_kept[i].bytes.empty() && m_kept[i].index == index) {
        std::swap(m_kept[0], m_kept[i]);
        return &m_kept[0].bytes;
      }
    Block& oldest = m_kept.back();
    const std::uint64_t begin = index * m_blockBytes;
    oldest.index = index;
    oldest.bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(m_blockBytes, size() - begin)));
    if (auto read = m_bytes->read(begin, oldest.bytes); !read) {
      oldest.bytes.clear();
      return tl::unexpected(std::move(read.error()));
    }
    std::swap(m_kept.front(), oldest);
    return &m_kept.front().bytes;
  }

  std::shared_ptr<const ByteSource> m_bytes;
  std::size_t m_blockBytes;
  mutable std::mutex m_mutex;
  mutable std::array<Block, 2> m_kept;  ///< the one used last in front
};

}  // namespace

std::shared_ptr<const ByteSource> cachedInBlocks(std::shared_ptr<const ByteSource> bytes, std::size_t blockBytes) {
  return std::make_shared<const BlockCache>(std::move(bytes), blockBytes);
}

}  // namespace ulpscope
