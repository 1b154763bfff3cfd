// SPDX-License-Identifier: Apache-2.0
#include "app/hdf5_worker/dataset.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "app/hdf5_worker/answer_writer.h"
#include "app/hdf5_worker/attributes.h"
#include "app/hdf5_worker/file_driver.h"
#include "app/hdf5_worker/handle.h"

namespace ulpscope::hdf5 {
namespace {

struct Chunk {
  std::uint64_t index;
  Block block;
  std::uint32_t mask;
};

struct Storage {
  Payload payload;
  std::string remark;  ///< why the elements cannot be read
};

std::uint64_t chunksListed = 0;  // of all datasets

Storage unreadable(std::string remark) {
  Storage storage;
  storage.payload.add(Layout::Unreadable);
  storage.remark = std::move(remark);
  return storage;
}

struct Space {
  std::vector<hsize_t> extent;
  bool null = false;
};

std::optional<Space> readSpace(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  if (!space) return std::nullopt;
  Space read;
  const H5S_class_t kind = H5Sget_simple_extent_type(space.get());
  read.null = kind == H5S_NULL;
  if (read.null) return read;
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0 || rank > kMostRank) return std::nullopt;
  read.extent.resize(static_cast<std::size_t>(rank));
  if (rank > 0 && H5Sget_simple_extent_dims(space.get(), read.extent.data(), nullptr) < 0) return std::nullopt;
  return read;
}

std::string_view className(H5T_class_t kind) {
  switch (kind) {
    case H5T_TIME:
      return "time";
    case H5T_STRING:
      return "text";
    case H5T_BITFIELD:
      return "bit field";
    case H5T_COMPOUND:
      return "compound";
    case H5T_REFERENCE:
      return "reference";
    case H5T_VLEN:
      return "list of varying length";
    case H5T_ARRAY:
      return "array";
    default:
      return "unknown type";
  }
}

/// An enumeration of FALSE = 0 and TRUE = 1 in one byte, as h5py writes booleans.
bool isBool(hid_t type) {
  if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) return false;
  for (unsigned i = 0; i < 2; ++i) {
    unsigned char value = 0xFF;
    char* const name = H5Tget_member_name(type, i);
    const bool fits =
        name && H5Tget_member_value(type, i, &value) >= 0 && std::string_view(name) == (i ? "TRUE" : "FALSE");
    H5free_memory(name);
    if (!fits || value != i) return false;
  }
  return true;
}

struct Type {
  Payload payload;
  bool isNumber = false;  ///< or may stand for one
};

Type describeType(hid_t type) {
  H5T_class_t kind = H5Tget_class(type);
  const bool boolean = kind == H5T_ENUM && isBool(type);
  const Handle base(kind == H5T_ENUM ? H5Tget_super(type) : H5Tcopy(type), H5Tclose);
  if (kind == H5T_ENUM) kind = H5Tget_class(base.get());

  Type described;
  TypeClass typeClass = TypeClass::Other;
  if (kind == H5T_INTEGER) typeClass = TypeClass::Integer;
  if (kind == H5T_FLOAT) typeClass = TypeClass::Float;
  if (kind == H5T_OPAQUE) typeClass = TypeClass::Opaque;
  described.isNumber = typeClass != TypeClass::Other;

  ByteOrder order = ByteOrder::None;
  if (kind == H5T_INTEGER || kind == H5T_FLOAT) {
    const H5T_order_t stored = H5Tget_order(base.get());
    order = stored == H5T_ORDER_LE ? ByteOrder::Little : stored == H5T_ORDER_BE ? ByteOrder::Big : ByteOrder::None;
  }
  const bool isNumber = kind == H5T_INTEGER || kind == H5T_FLOAT;
  std::size_t sign = 0, exponent = 0, exponentBits = 0, fraction = 0, fractionBits = 0, bias = 0;
  bool implied = false;
  if (kind == H5T_FLOAT) {
    H5Tget_fields(base.get(), &sign, &exponent, &exponentBits, &fraction, &fractionBits);
    bias = H5Tget_ebias(base.get());
    implied = H5Tget_norm(base.get()) == H5T_NORM_IMPLIED;
  }
  const auto narrow = [](std::size_t value) { return static_cast<std::uint32_t>(value); };
  described.payload.add(typeClass)
      .add(std::uint64_t{H5Tget_size(type)})
      .add(order)
      .add(static_cast<std::uint8_t>(kind == H5T_INTEGER && H5Tget_sign(base.get()) == H5T_SGN_2))
      .add(static_cast<std::uint8_t>(boolean))
      .add(narrow(isNumber ? H5Tget_precision(base.get()) : 0))
      .add(static_cast<std::uint32_t>(isNumber ? std::max(H5Tget_offset(base.get()), 0) : 0))
      .add(narrow(sign))
      .add(narrow(exponent))
      .add(narrow(exponentBits))
      .add(narrow(fraction))
      .add(narrow(fractionBits))
      .add(std::uint64_t{bias})
      .add(static_cast<std::uint8_t>(implied))
      .text(described.isNumber ? "" : className(kind));
  return described;
}

/// The chunks of a dataset and where they lie.
class ChunkList {
 public:
  ChunkList(hid_t dataset, const std::vector<hsize_t>& extent, const std::vector<hsize_t>& chunk)
      : m_dataset(dataset), m_extent(extent), m_chunk(chunk), m_grid(extent.size()) {
    for (std::size_t i = 0; i < extent.size(); ++i) {
      m_grid[i] = extent[i] / chunk[i] + (extent[i] % chunk[i] != 0 ? 1 : 0);
      if (m_grid[i] != 0 && m_cells > kMostChunks) continue;  // large enough already not to be walked
      m_cells *= m_grid[i];
    }
  }

  /// Empty where all went well, else why not.
  std::string find() {
    const Handle space(H5Dget_space(m_dataset), H5Sclose);
    hsize_t count = 0;
    if (H5Dget_num_chunks(m_dataset, space.get(), &count) < 0) return libraryMessage();
    if (count > kMostChunks - chunksListed) return "there are more than 2,000,000 chunks in the file";
    // By number each look-up takes the library time in proportion to the number, and it gives wrong coordinates for
    // datasets that can grow along a dimension that is not the first; by cell each takes one search. So only large
    // grids with few chunks are listed by number.
    constexpr hsize_t kFewCells = 1 << 16;
    constexpr hsize_t kManyChunks = 4096;
    std::string problem = "it has too many chunks in too large a grid";
    if (m_cells > kFewCells && count <= kManyChunks) problem = findByNumber(space.get(), count);
    if (!problem.empty() && m_cells <= kMostChunks) {
      m_chunks.clear();
      problem = findByCell(count);
    }
    chunksListed += m_chunks.size();
    std::sort(m_chunks.begin(), m_chunks.end(), [](const Chunk& a, const Chunk& b) { return a.index < b.index; });
    return problem;
  }
  const std::vector<Chunk>& chunks() const { return m_chunks; }

 private:
  std::string findByNumber(hid_t space, hsize_t count) {
    std::vector<hsize_t> at(m_extent.size());
    for (hsize_t i = 0; i < count; ++i) {
      unsigned mask = 0;
      haddr_t address = HADDR_UNDEF;
      hsize_t size = 0;
      if (H5Dget_chunk_info(m_dataset, space, i, at.data(), &mask, &address, &size) < 0) return libraryMessage();
      std::uint64_t index = 0;
      for (std::size_t d = 0; d < at.size(); ++d) {
        if (at[d] >= m_extent[d]) return "a chunk lies outside the dataset";
        index = index * m_grid[d] + at[d] / m_chunk[d];
      }
      if (!noteChunk(at, index)) return libraryMessage();
    }
    return "";
  }

  std::string findByCell(hsize_t count) {
    std::vector<hsize_t> at(m_extent.size());
    for (std::uint64_t cell = 0; cell < m_cells && m_chunks.size() < count; ++cell) {
      std::uint64_t rest = cell;
      for (std::size_t d = at.size(); d-- > 0; rest /= m_grid[d]) at[d] = rest % m_grid[d] * m_chunk[d];
      noteChunk(at, cell);
    }
    H5Eclear2(H5E_DEFAULT);
    return m_chunks.size() == count ? "" : "the index of its chunks contradicts itself";
  }

  /// Asks for the chunk as it is stored; the driver notes where that would be read.
  bool noteChunk(const std::vector<hsize_t>& at, std::uint64_t index) {
    std::uint32_t mask = 0;
    char untouched = 0;
    if (H5Dread_chunk(m_dataset, H5P_DEFAULT, at.data(), &mask, &untouched) < 0) return false;
    const std::optional<Block> block = m_notes.take();
    if (block) m_chunks.push_back({index, *block, mask});
    return block.has_value();
  }

  hid_t m_dataset;
  const std::vector<hsize_t>& m_extent;
  const std::vector<hsize_t>& m_chunk;
  std::vector<hsize_t> m_grid;
  std::uint64_t m_cells = 1;
  std::vector<Chunk> m_chunks;
  NotedReads m_notes;
};

bool addFilters(Payload& payload, hid_t creation) {
  const int count = H5Pget_nfilters(creation);
  if (count < 0 || count > kMostFilters) return false;
  payload.add(static_cast<std::uint8_t>(count));
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0, info = 0;
    unsigned values[64] = {};
    std::size_t held = std::size(values);
    char name[128] = {};
    const H5Z_filter_t id =
        H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &held, values, sizeof name, name, &info);
    if (id < 0) return false;
    name[sizeof name - 1] = '\0';
    held = std::min(held, std::size(values));
    payload.add(static_cast<std::uint32_t>(id)).text(name).add(static_cast<std::uint8_t>(held));
    for (std::size_t v = 0; v < held; ++v) payload.add(std::uint32_t{values[v]});
  }
  return true;
}

Storage chunkedStorage(hid_t dataset, hid_t creation, const Space& space) {
  const std::size_t rank = space.extent.size();
  std::vector<hsize_t> chunk(rank);
  if (rank == 0 || H5Pget_chunk(creation, static_cast<int>(rank), chunk.data()) != static_cast<int>(rank) ||
      std::find(chunk.begin(), chunk.end(), hsize_t{0}) != chunk.end())
    return unreadable("the shape of its chunks does not fit");
  Storage storage;
  storage.payload.add(Layout::Chunked);
  for (const hsize_t extent : chunk) storage.payload.add(std::uint64_t{extent});
  if (!addFilters(storage.payload, creation)) return unreadable("its filters cannot be read: " + libraryMessage());
  unsigned options = 0;
  const bool rawEdges = H5Pget_chunk_opts(creation, &options) >= 0 && (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS);
  storage.payload.add(static_cast<std::uint8_t>(rawEdges));

  ChunkList list(dataset, space.extent, chunk);
  if (std::string problem = list.find(); !problem.empty()) return unreadable("its chunks cannot be read: " + problem);
  storage.payload.add(std::uint64_t{list.chunks().size()});
  for (const Chunk& each : list.chunks())
    storage.payload.add(each.index).add(each.block.address).add(each.block.size).add(each.mask);
  return storage;
}

Storage compactStorage(hid_t dataset, hid_t type, const Space& space) {
  constexpr std::uint64_t kLargest = 1 << 16;  // a message of an object's header is shorter
  std::uint64_t bytes = H5Tget_size(type);
  for (const hsize_t extent : space.extent) {
    if (extent > kLargest || bytes > kLargest) return unreadable("it is larger than its header");
    bytes *= extent;
  }
  if (bytes > kLargest) return unreadable("it is larger than its header");
  std::string held(static_cast<std::size_t>(bytes), '\0');
  if (bytes > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, held.data()) < 0)
    return unreadable("its elements cannot be read: " + libraryMessage());
  Storage storage;
  storage.payload.add(Layout::Compact).text(held);
  return storage;
}

Storage describeStorage(hid_t dataset, hid_t creation, hid_t type, const Space& space, bool readable) {
  Storage storage;
  switch (H5Pget_layout(creation)) {
    case H5D_COMPACT:
      return readable ? compactStorage(dataset, type, space) : unreadable("");
    case H5D_CHUNKED:
      return readable ? chunkedStorage(dataset, creation, space) : unreadable("");
    case H5D_VIRTUAL:
      return unreadable("its elements lie in other datasets (a virtual dataset), which are not followed");
    case H5D_CONTIGUOUS:
      break;
    default:
      return unreadable("its layout is not known");
  }
  if (H5Pget_external_count(creation) != 0)
    return unreadable("its elements lie in other files (external storage), which are not opened");
  const haddr_t address = H5Dget_offset(dataset);
  if (address == HADDR_UNDEF)
    storage.payload.add(Layout::Unallocated);
  else
    storage.payload.add(Layout::Contiguous)
        .add(std::uint64_t{address})
        .add(std::uint64_t{H5Dget_storage_size(dataset)});
  H5Eclear2(H5E_DEFAULT);
  return storage;
}

/// The element that stands where nothing was written, as the file has it.
std::string fillValue(hid_t creation, hid_t type) {
  H5D_fill_value_t status = H5D_FILL_VALUE_UNDEFINED;
  const std::size_t size = H5Tget_size(type);
  if (size > 16 || H5Pfill_value_defined(creation, &status) < 0 || status != H5D_FILL_VALUE_USER_DEFINED) return "";
  std::string value(size, '\0');
  return H5Pget_fill_value(creation, type, value.data()) < 0 ? "" : value;
}

}  // namespace

void listDataset(hid_t dataset, const std::string& path, haddr_t object) {
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const Handle creation(H5Dget_create_plist(dataset), H5Pclose);
  const std::optional<Space> space = readSpace(dataset);
  if (!type || !creation || !space) {
    writeRecord(RecordKind::Problem, Payload().text(path).text(cannotRead()));
    return;
  }
  const Type described = describeType(type.get());
  const bool readable = described.isNumber;
  Storage storage = space->null ? unreadable("it has no elements")
                                : describeStorage(dataset, creation.get(), type.get(), *space, readable);
  Payload record;
  record.text(path).add(std::uint64_t{object}).append(described.payload);
  record.add(static_cast<std::uint8_t>(space->extent.size()));
  for (const hsize_t extent : space->extent) record.add(std::uint64_t{extent});
  record.text(textAttribute(dataset, "dtype")).append(storage.payload);
  record.text(readable ? fillValue(creation.get(), type.get()) : "");
  record.text(storage.remark);
  writeRecord(RecordKind::Dataset, record);
  H5Eclear2(H5E_DEFAULT);
}

}  // namespace ulpscope::hdf5
