// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"

namespace ulpscope {

/// Bounds on what a pickle can make us do.
struct PickleLimits {
  std::uint64_t opcodes = 50'000'000;
  std::uint64_t stack = 1'000'000;
  std::uint64_t memo = 10'000'000;
  std::uint64_t nodes = 10'000'000;
  std::uint64_t values = 40'000'000;  ///< held by all nodes together
  std::uint64_t globals = 100'000;    ///< different ones
  std::uint64_t lineBytes = 16 << 20;
};

enum class PickleKind : std::uint8_t {
  None,
  Bool,
  Integer,
  Long,  ///< an integer beyond 64 bits; its text is a hexadecimal number or says how long it is
  Float,
  Text,   ///< also the byte strings of Python 2, which serve as both
  Bytes,  ///< also bytearray
  Global,
  Tuple,  ///< from here on: a node
  List,
  Dict,
  Set,
  Call,        ///< what calling items[0] with the arguments items[1] would have given; nothing is called
  Object,      ///< what making an object of class items[0] with items[1] (and keywords items[2]) would have given
  Persistent,  ///< what the container knows under the id items[0]
  Extension,   ///< what Python's extension registry knows under the number items[0]
  Buffer,      ///< bytes that are kept outside the pickle
};

/// Any value of a pickle: small ones themselves, others an index into the graph that they belong to.
struct PickleValue {
  PickleKind kind = PickleKind::None;
  std::uint64_t data = 0;

  bool isNode() const { return kind >= PickleKind::Tuple; }
  friend bool operator==(const PickleValue&, const PickleValue&) = default;
};

/// A name of Python code that a pickle asks for.
struct PickleGlobal {
  std::string module;
  std::string name;

  std::string full() const { return module + "." + name; }
};

/// What a pickle says, as data: values that refer to nodes by index, so that cycles are harmless and nothing is ever
/// destroyed recursively. Several pickles of one source may share a graph.
class PickleGraph {
 public:
  /// Short texts are copied; longer ones and bytes stay where they are in `source`.
  explicit PickleGraph(std::shared_ptr<const ByteSource> source) : m_source(std::move(source)) {}

  const std::shared_ptr<const ByteSource>& source() const { return m_source; }

  bool boolean(PickleValue value) const { return value.data != 0; }
  std::int64_t integer(PickleValue value) const { return static_cast<std::int64_t>(value.data); }
  double number(PickleValue value) const;
  const PickleGlobal& global(PickleValue value) const { return m_globals[value.data]; }
  const std::vector<PickleGlobal>& globals() const { return m_globals; }  ///< each once, in the pickle's order

  /// Of Text, Bytes and Long: the length, and the content if it was short enough to be copied.
  std::uint64_t length(PickleValue value) const { return m_pieces[value.data].length; }
  std::optional<std::string_view> shortText(PickleValue value) const;
  /// The content; LimitExceeded above `most` bytes.
  Result<std::string> text(PickleValue value, std::uint64_t most) const;
  /// The content where it lies in source(), or a copy.
  std::shared_ptr<const ByteSource> bytes(PickleValue value) const;
  /// Where the content lies in source(), unless it was copied from text that had to be decoded.
  std::optional<std::uint64_t> offset(PickleValue value) const;

  std::span<const PickleValue> items(PickleValue node) const;  ///< of a Dict: key, value, key, value, ...
  /// What APPEND, SETITEM and BUILD gave to a Call or Object: a list, keys and values, and states.
  std::span<const PickleValue> appended(PickleValue node) const { return itemsOf(m_nodes[node.data].appended); }
  std::span<const PickleValue> entries(PickleValue node) const { return itemsOf(m_nodes[node.data].entries); }
  std::span<const PickleValue> states(PickleValue node) const { return itemsOf(m_nodes[node.data].states); }
  std::size_t nodes() const { return m_nodes.size(); }
  const std::vector<PickleValue>& persistents() const { return m_persistents; }  ///< all nodes of that kind

  // What the machine builds it with.
  PickleValue addCopy(PickleKind kind, std::string_view text);
  PickleValue addCopy(PickleKind kind, std::string_view text, std::uint64_t offset);
  PickleValue addView(PickleKind kind, std::uint64_t offset, std::uint64_t length);
  /// LimitExceeded beyond `limits`, with a message and no subject.
  Result<PickleValue> addGlobal(std::string_view module, std::string_view name, const PickleLimits& limits);
  Result<PickleValue> addNode(PickleKind kind, std::span<const PickleValue> items, const PickleLimits& limits);
  enum class Part : std::uint8_t { Items, Appended, Entries, States };
  Result<> append(PickleValue node, Part part, std::span<const PickleValue> values, const PickleLimits& limits);

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  struct Piece {
    std::uint64_t begin;   ///< in m_copies, or in the source
    std::uint64_t length;  ///< of the content
    std::uint64_t offset;  ///< in the source; kElsewhere for decoded text
    bool copied;
  };
  static constexpr std::uint64_t kElsewhere = ~std::uint64_t{0};

  struct Node {
    std::uint64_t begin = 0;  ///< in m_values
    std::uint32_t count = 0;
    std::uint32_t capacity = 0;
    std::uint32_t appended = kNone;  ///< nodes
    std::uint32_t entries = kNone;
    std::uint32_t states = kNone;
  };

  std::span<const PickleValue> itemsOf(std::uint32_t node) const;
  Result<> grow(std::uint32_t node, std::span<const PickleValue> values, const PickleLimits& limits);

  std::shared_ptr<const ByteSource> m_source;
  std::string m_copies;
  std::vector<Piece> m_pieces;
  std::vector<Node> m_nodes;
  std::vector<PickleValue> m_values;
  std::vector<PickleValue> m_persistents;
  std::vector<PickleGlobal> m_globals;
  std::unordered_map<std::string, std::uint64_t> m_globalIndex;
};

}  // namespace ulpscope
