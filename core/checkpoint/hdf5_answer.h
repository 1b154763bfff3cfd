// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/hdf5_protocol.h"

namespace ulpscope {

/// How an element lies in its bytes, as HDF5 says it.
struct Hdf5Type {
  hdf5::TypeClass kind = hdf5::TypeClass::Other;
  std::uint64_t bytes = 0;
  hdf5::ByteOrder order = hdf5::ByteOrder::None;
  bool isSigned = false;
  bool isBool = false;
  std::uint32_t precision = 0, bitOffset = 0;
  std::uint32_t signAt = 0, exponentAt = 0, exponentBits = 0, fractionAt = 0, fractionBits = 0;
  std::uint64_t bias = 0;
  bool implied = false;  ///< the leading bit of the significand is not stored
  std::string name;      ///< of a kind that is no number
};

struct Hdf5Filter {
  std::uint32_t id = 0;
  std::string name;
  std::vector<std::uint32_t> values;
};

struct Hdf5Chunk {
  std::uint64_t index;  ///< in the grid of chunks, row-major
  std::uint64_t address;
  std::uint64_t bytes;
  std::uint32_t mask;  ///< bit i: filter i was left out
};

struct Hdf5Dataset {
  std::string path;
  std::uint64_t object = 0;  ///< the same for two names of one dataset
  Hdf5Type type;
  std::vector<std::uint64_t> shape;
  std::string dtype;  ///< its attribute of that name
  hdf5::Layout layout = hdf5::Layout::Unreadable;
  std::uint64_t address = 0, bytes = 0;  ///< Contiguous
  std::string compact;
  std::vector<std::uint64_t> chunkShape;
  std::vector<Hdf5Filter> filters;
  bool rawEdges = false;          ///< chunks that reach over the edge are stored without filters
  std::vector<Hdf5Chunk> chunks;  ///< by index
  std::string fill;
  std::string remark;
};

struct Hdf5Link {
  std::string path;
  hdf5::LinkKind kind;
  std::string target;
};

struct Hdf5Attribute {
  std::string object;
  std::string name;
  bool isArray;
  std::vector<std::string> values;
};

struct Hdf5Listing {
  std::string missingIsolation;  ///< empty where the worker was fully shut in
  std::vector<Hdf5Dataset> datasets;
  std::vector<Hdf5Link> links;
  std::vector<Hdf5Attribute> attributes;
  std::vector<std::pair<std::string, std::string>> problems;  ///< path and sentence
};

/// Reads what ulpscope-hdf5 answered about the file named `subject`. The worker has read a hostile file, so nothing in
/// the answer is believed: Corrupt for what breaks the protocol, and the failure that it reports. Addresses are not
/// compared with the file here.
Result<Hdf5Listing> parseHdf5Answer(const ByteSource& answer, const std::string& subject);

}  // namespace ulpscope
