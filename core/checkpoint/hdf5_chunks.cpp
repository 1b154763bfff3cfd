// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/hdf5_chunks.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <list>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>

#include "core/base/checked.h"

namespace ulpscope {
namespace {

using Bytes = std::shared_ptr<const std::vector<std::byte>>;

/// The chunks that were read last, for the rows that cross them next.
class ChunkCache {
 public:
  Bytes find(std::uint64_t index) {
    const std::scoped_lock lock(m_mutex);
    const auto found = m_byIndex.find(index);
    if (found == m_byIndex.end()) return nullptr;
    m_entries.splice(m_entries.begin(), m_entries, found->second);
    return found->second->second;
  }

  void insert(std::uint64_t index, Bytes bytes) {
    const std::scoped_lock lock(m_mutex);
    if (m_byIndex.contains(index)) return;
    m_held += costOf(bytes);
    m_entries.emplace_front(index, std::move(bytes));
    m_byIndex.emplace(index, m_entries.begin());
    while (m_held > kMostHeld && m_entries.size() > 1) {
      m_held -= costOf(m_entries.back().second);
      m_byIndex.erase(m_entries.back().first);
      m_entries.pop_back();
    }
  }

 private:
  static constexpr std::size_t kMostHeld = 64 << 20;
  static std::size_t costOf(const Bytes& bytes) { return bytes->size() + 128; }

  std::mutex m_mutex;
  std::list<std::pair<std::uint64_t, Bytes>> m_entries;  ///< the last used first
  std::unordered_map<std::uint64_t, std::list<std::pair<std::uint64_t, Bytes>>::iterator> m_byIndex;
  std::size_t m_held = 0;
};

std::vector<std::byte> fillOf(const Hdf5Dataset& dataset) {
  std::vector<std::byte> fill(static_cast<std::size_t>(dataset.type.bytes));
  if (dataset.fill.size() == fill.size()) std::memcpy(fill.data(), dataset.fill.data(), fill.size());
  return fill;
}

void repeat(std::span<const std::byte> element, std::span<std::byte> out) {
  if (element.size() == 1) return void(std::memset(out.data(), std::to_integer<int>(element[0]), out.size()));
  for (; !out.empty(); out = out.subspan(element.size())) std::copy(element.begin(), element.end(), out.begin());
}

class ChunkReader {
 public:
  ChunkReader(std::shared_ptr<const ByteSource> file, Hdf5Dataset dataset)
      : m_file(std::move(file)),
        m_dataset(std::move(dataset)),
        m_fill(fillOf(m_dataset)),
        m_elementBytes(m_fill.size()),
        m_chunkBytes(static_cast<std::size_t>(checkedProduct(m_dataset.chunkShape).value_or(0)) * m_elementBytes) {}

  /// Row by row, a row as far as its chunk reaches at a time.
  Result<> make(std::uint64_t first, std::span<std::byte> out) {
    const std::size_t rank = m_dataset.shape.size();
    Bytes chunk;
    std::uint64_t chunkIndex = ~std::uint64_t{0};
    while (!out.empty()) {
      const Place place = placeOf(first);
      const std::uint64_t within = place.lastCoordinate % m_dataset.chunkShape[rank - 1];
      const std::uint64_t run =
          std::min({std::uint64_t{out.size() / m_elementBytes}, m_dataset.shape[rank - 1] - place.lastCoordinate,
                    m_dataset.chunkShape[rank - 1] - within});
      const auto part = out.first(static_cast<std::size_t>(run) * m_elementBytes);
      if (place.chunk != chunkIndex) {
        auto loaded = load(place);
        if (!loaded) return tl::unexpected(std::move(loaded.error()));
        chunk = std::move(*loaded);
        chunkIndex = place.chunk;
      }
      if (chunk)
        std::memcpy(part.data(), chunk->data() + place.element * m_elementBytes, part.size());
      else
        repeat(m_fill, part);
      first += run;
      out = out.subspan(part.size());
    }
    return {};
  }

 private:
  struct Place {
    std::uint64_t chunk = 0;    ///< its index in the grid
    std::uint64_t element = 0;  ///< within the chunk
    std::uint64_t lastCoordinate = 0;
    bool atEdge = false;  ///< the chunk reaches over the edge of the dataset
  };

  Place placeOf(std::uint64_t element) const {
    Place place;
    std::uint64_t chunkStride = 1, gridStride = 1;
    for (std::size_t d = m_dataset.shape.size(); d-- > 0;) {
      const std::uint64_t extent = m_dataset.shape[d], chunk = m_dataset.chunkShape[d];
      const std::uint64_t at = element % extent;
      element /= extent;
      if (d + 1 == m_dataset.shape.size()) place.lastCoordinate = at;
      place.element += at % chunk * chunkStride;
      place.chunk += at / chunk * gridStride;
      place.atEdge = place.atEdge || extent - at / chunk * chunk < chunk;
      chunkStride *= chunk;
      gridStride *= divideRoundingUp(extent, chunk);
    }
    return place;
  }

  /// Null for a chunk that was never written.
  Result<Bytes> load(const Place& place) {
    const auto found =
        std::lower_bound(m_dataset.chunks.begin(), m_dataset.chunks.end(), place.chunk,
                         [](const Hdf5Chunk& chunk, std::uint64_t index) { return chunk.index < index; });
    if (found == m_dataset.chunks.end() || found->index != place.chunk) return Bytes();
    if (Bytes held = m_cache.find(place.chunk)) return held;
    std::vector<std::byte> stored(static_cast<std::size_t>(found->bytes));
    if (auto read = m_file->read(found->address, stored); !read) return tl::unexpected(std::move(read.error()));
    const std::uint32_t mask = m_dataset.rawEdges && place.atEdge ? ~std::uint32_t{0} : found->mask;
    auto decoded =
        decodeHdf5Chunk(std::move(stored), m_dataset.filters, mask, m_chunkBytes, m_file->name(), found->address);
    if (!decoded) return tl::unexpected(std::move(decoded.error()));
    auto bytes = std::make_shared<const std::vector<std::byte>>(std::move(*decoded));
    m_cache.insert(place.chunk, bytes);
    return bytes;
  }

  std::shared_ptr<const ByteSource> m_file;
  const Hdf5Dataset m_dataset;
  const std::vector<std::byte> m_fill;
  const std::size_t m_elementBytes;
  const std::size_t m_chunkBytes;
  ChunkCache m_cache;
};

}  // namespace

std::shared_ptr<const ByteSource> chunkedSource(std::shared_ptr<const ByteSource> file, Hdf5Dataset dataset) {
  const auto unit = static_cast<std::size_t>(dataset.type.bytes);
  DerivedBytes bytes{.name = file->name(),
                     .size = checkedProduct(dataset.shape).value_or(0) * unit,
                     .unitBytes = unit,
                     .make = {},
                     .from = {file}};
  auto reader = std::make_shared<ChunkReader>(std::move(file), std::move(dataset));
  bytes.make = [reader = std::move(reader)](std::uint64_t first, std::span<std::byte> out) {
    return reader->make(first, out);
  };
  return derivedSource(std::move(bytes));
}

std::shared_ptr<const ByteSource> fillSource(std::string name, const Hdf5Dataset& dataset) {
  std::vector<std::byte> element = fillOf(dataset);
  DerivedBytes bytes{.name = std::move(name),
                     .size = checkedProduct(dataset.shape).value_or(0) * element.size(),
                     .unitBytes = element.size(),
                     .make = {},
                     .from = {}};
  bytes.make = [element = std::move(element)](std::uint64_t, std::span<std::byte> out) -> Result<> {
    repeat(element, out);
    return {};
  };
  return derivedSource(std::move(bytes));
}

}  // namespace ulpscope
