// SPDX-License-Identifier: Apache-2.0
//
// What ulpscope-hdf5 answers on its standard output, little-endian. Only this header is shared with the worker; it
// writes the answer with code of its own, and core/checkpoint/hdf5_answer.cpp distrusts every byte of it.
//
//   answer  = magic record...
//   record  = kind:u8 length:u64 payload           the last one is End or Failure
//   text    = length:u32 byte...
//
//   Isolation = full:u8 why:text                   why: what is missing, if full is 0
//   Dataset   = path:text object:u64 type space dtype:text storage fill:text remark:text
//     type    = class:u8 size:u64 order:u8 isSigned:u8 isBool:u8 precision:u32 bitOffset:u32
//               signAt:u32 exponentAt:u32 exponentBits:u32 fractionAt:u32 fractionBits:u32 bias:u64 implied:u8
//               name:text                        of a class that is none of numbers: "compound"
//     space   = rank:u8 extent:u64...
//     dtype   = the text of the attribute "dtype", or empty
//     storage = layout:u8, then
//               Contiguous  address:u64 size:u64
//               Compact     bytes:text
//               Chunked     extent:u64 (rank of them) filters:u8 (id:u32 name:text values:u8 value:u32...)...
//                           rawEdges:u8 chunks:u64 (index:u64 address:u64 size:u64 mask:u32)...
//               others      nothing
//     fill    = the bytes of one element in the file's order; empty for zeros
//     remark  = why its elements cannot be read; empty if they can
//   Link      = path:text linkKind:u8 target:text
//   Attribute = object:text name:text isArray:u8 count:u32 text...
//   Problem   = path:text what:text                an object that could not be looked at
//   Failure   = failureKind:u8 what:text
//   End       =
//
// Paths have no leading slash; that of the root group is empty. Addresses count from the first byte handed over, user
// block included. A chunk's index counts chunks row-major in the grid of chunks.
#pragma once
#include <cstdint>

namespace ulpscope::hdf5 {

inline constexpr char kMagic[] = {'U', 'L', 'P', 'H', 'D', 'F', '5', '\1'};

enum class RecordKind : std::uint8_t { Isolation = 1, Dataset, Link, Attribute, Problem, Failure, End };
enum class TypeClass : std::uint8_t { Integer = 1, Float, Opaque, Other };
enum class ByteOrder : std::uint8_t { Little = 1, Big, None };
enum class Layout : std::uint8_t { Contiguous = 1, Compact, Chunked, Unallocated, Unreadable };
enum class LinkKind : std::uint8_t { Soft = 1, External, Other, SecondName, NamedType };
enum class FailureKind : std::uint8_t { Corrupt = 1, Truncated, Limit, Memory };

// Both sides hold to these: the worker stops there, and core refuses an answer with more.
inline constexpr std::uint64_t kMostObjects = 1'000'000;
inline constexpr int kMostDepth = 64;
inline constexpr std::uint64_t kMostChunks = 2'000'000;           ///< of all datasets of a file
inline constexpr std::uint64_t kMostAttributeBytes = 64 << 20;    ///< of all attributes of a file
inline constexpr std::uint64_t kMostAttributeValues = 1'000'000;  ///< likewise
inline constexpr int kMostRank = 32;
inline constexpr int kMostFilters = 32;

/// Descriptors of the worker.
inline constexpr int kAnswerDescriptor = 1;
inline constexpr int kFileDescriptor = 3;

}  // namespace ulpscope::hdf5
