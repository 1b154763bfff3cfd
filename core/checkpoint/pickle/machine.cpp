// SPDX-License-Identifier: Apache-2.0
//
// The pickle machine of Python (Lib/pickletools.py describes it; protocols 0 to 5), without what makes it dangerous.
// It has a stack, marks on it, and a memo; a pickle is a run of opcodes of one byte with operands behind them:
//
//   operands   a line of ASCII up to a newline (protocol 0); integers of 1, 2, 4 or 8 bytes, little-endian; a double,
//              big-endian; a length of 1, 4 or 8 bytes and as many bytes
//   values     pushed: numbers, text, bytes, None, empty containers; the names of Python code (GLOBAL, STACK_GLOBAL)
//   containers made of what lies above the last MARK, or filled afterwards (APPENDS, SETITEMS, ADDITEMS)
//   calls      REDUCE (function, arguments), NEWOBJ, OBJ, INST (class, arguments), BUILD (object, state): nodes here
//   memo       PUT keeps the top of the stack under a number, GET pushes it again: how objects are shared, and cycles
//   STOP       ends the pickle; the top of the stack is its value
//
// FRAME says how much to read ahead; the frames' borders mean nothing here, and so cannot be made to mean two things.
#include "core/checkpoint/pickle/machine.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/checkpoint/pickle/escapes.h"

namespace ulpscope {
namespace {

constexpr int kLastProtocol = 5;
constexpr std::uint64_t kCopiedBytes = 1024;  ///< of a text; longer ones stay in the source
constexpr std::uint64_t kNameBytes = 1024;    ///< of a module or a name in it

using Kind = PickleKind;
using Part = PickleGraph::Part;

/// Numbers of the memo are nearly always dense: then a vector, at most half empty, and a map for others.
class Memo {
 public:
  bool put(std::uint64_t index, PickleValue value, std::uint64_t most) {
    if (index < m_dense.size() || index < 2 * m_count + 64) {
      if (index >= m_dense.size()) m_dense.resize(static_cast<std::size_t>(index) + 1);
      m_count += m_dense[index].second ? 0 : 1;
      m_dense[index] = {value, true};
    } else {
      m_count += m_sparse.insert_or_assign(index, value).second ? 1 : 0;
    }
    return m_count <= most;
  }
  const PickleValue* get(std::uint64_t index) const {
    if (index < m_dense.size() && m_dense[index].second) return &m_dense[index].first;
    const auto found = m_sparse.find(index);
    return found != m_sparse.end() ? &found->second : nullptr;
  }
  std::uint64_t count() const { return m_count; }

 private:
  std::vector<std::pair<PickleValue, bool>> m_dense;
  std::unordered_map<std::uint64_t, PickleValue> m_sparse;
  std::uint64_t m_count = 0;
};

class Machine {
 public:
  Machine(Cursor& cursor, PickleGraph& graph, const PickleLimits& limits, const JobContext& job)
      : m_cursor(cursor), m_graph(graph), m_limits(limits), m_job(job) {}

  Result<PickleValue> run();

 private:
  using Handler = Result<> (Machine::*)();
  struct Opcode {
    std::string_view name;
    Handler handler = nullptr;
  };
  static const std::array<Opcode, 256>& opcodes();

  // Errors are about the opcode that is being carried out.
  tl::unexpected<Error> corrupt(std::string_view what) const {
    return m_cursor.corruptAt(m_at, fmt::format("{}: {}", opcodes()[m_opcode].name, what));
  }
  tl::unexpected<Error> over(std::uint64_t limit, std::string_view what) const {
    return fail(Errc::LimitExceeded, fmt::format("at most {} {} in a pickle expected, more found", limit, what),
                m_cursor.source().name(), m_at);
  }
  tl::unexpected<Error> placed(Error error) const {
    if (error.subject.empty()) error.subject = m_cursor.source().name();
    if (!error.offset) error.offset = m_at;
    return tl::unexpected(std::move(error));
  }

  // The stack. What lies below the last mark cannot be reached.
  std::size_t floor() const { return m_marks.empty() ? 0 : m_marks.back(); }
  Result<> need(std::size_t count) const {
    if (m_stack.size() - floor() >= count) return {};
    return corrupt(fmt::format("{} values on the stack expected, {} found", count, m_stack.size() - floor()));
  }
  Result<> push(PickleValue value) {
    if (m_stack.size() >= m_limits.stack) return over(m_limits.stack, "values on the stack");
    m_stack.push_back(value);
    return {};
  }
  Result<> push(Result<PickleValue> value) { return value ? push(*value) : Result<>(placed(std::move(value.error()))); }
  Result<> pushNode(Kind kind, std::span<const PickleValue> items) {
    return push(m_graph.addNode(kind, items, m_limits));
  }
  PickleValue pop() {
    const PickleValue top = m_stack.back();
    m_stack.pop_back();
    return top;
  }
  /// Where the values above the last mark begin; the mark is taken away.
  Result<std::size_t> popMark() {
    if (m_marks.empty()) return corrupt("a mark on the stack expected, none found");
    const std::size_t begin = m_marks.back();
    m_marks.pop_back();
    return begin;
  }
  std::span<const PickleValue> above(std::size_t begin) const { return std::span(m_stack).subspan(begin); }

  // Operands.
  template <class T>
  Result<T> operand() {
    return m_cursor.read<T>(opcodes()[m_opcode].name);
  }
  Result<std::string> line();
  template <class T>
  Result<T> lineNumber(std::string_view text) const;
  Result<> pushPiece(Kind kind, std::uint64_t length);
  template <class Length, Kind kind>
  Result<> counted();

  // Opcodes, by what they have in common.
  Result<> protocol();
  Result<> frame();
  Result<> mark();
  Result<> popOne();
  Result<> popToMark();
  Result<> duplicate();
  template <Kind kind, std::uint64_t data>
  Result<> constant() {
    return push(PickleValue{kind, data});
  }
  template <Kind kind>
  Result<> empty() {
    return pushNode(kind, {});
  }
  template <class T>
  Result<> integer();
  Result<> binaryFloat();
  template <class Length>
  Result<> longInteger();
  Result<> lineInteger();
  Result<> lineLong();
  Result<> lineFloat();
  Result<> lineString();
  Result<> lineUnicode();
  template <std::size_t count>
  Result<> tuple();
  template <Kind kind>
  Result<> fromMark();
  Result<> dictFromMark();
  Result<> append();
  Result<> appends();
  Result<> addItems();
  Result<> setItem();
  Result<> setItems();
  Result<> fill(std::size_t begin, Part part, Kind plain, std::string_view plainName);
  Result<> build();
  Result<> reduce();
  template <std::size_t operands>
  Result<> newObject();
  Result<> objectFromMark();
  Result<> instance();
  Result<> globalLines();
  Result<> globalFromStack();
  template <class T>
  Result<> extension();
  Result<> persistentLine();
  Result<> persistent();
  Result<> nextBuffer() { return pushNode(Kind::Buffer, {}); }
  Result<> readOnlyBuffer() { return need(1); }
  Result<> keep(std::uint64_t index);
  Result<> fetch(std::uint64_t index);
  template <class T>
  Result<> put();
  template <class T>
  Result<> get();
  Result<> putLine();
  Result<> getLine();
  Result<> memoize() { return keep(m_memo.count()); }
  Result<> stop() { return need(1); }

  Result<PickleValue> addGlobal(std::string_view module, std::string_view name) {
    auto global = m_graph.addGlobal(module, name, m_limits);
    return global ? global : Result<PickleValue>(placed(std::move(global.error())));
  }
  Result<> checkCallee(PickleValue callee) const;

  Cursor& m_cursor;
  PickleGraph& m_graph;
  const PickleLimits& m_limits;
  const JobContext& m_job;
  std::vector<PickleValue> m_stack;
  std::vector<std::size_t> m_marks;
  Memo m_memo;
  std::uint64_t m_at = 0;  ///< of the opcode that is being carried out
  std::uint8_t m_opcode = 0;
};

constexpr std::uint8_t kStop = '.';

const std::array<Machine::Opcode, 256>& Machine::opcodes() {
  using M = Machine;
  static const std::array<Opcode, 256> table = [] {
    std::array<Opcode, 256> rows{};
    rows.fill({"an opcode", nullptr});
    const auto set = [&](int code, std::string_view name, Handler handler) {
      rows[static_cast<std::size_t>(code)] = {name, handler};
    };
    set('(', "MARK", &M::mark);
    set('.', "STOP", &M::stop);
    set('0', "POP", &M::popOne);
    set('1', "POP_MARK", &M::popToMark);
    set('2', "DUP", &M::duplicate);
    set('F', "FLOAT", &M::lineFloat);
    set('I', "INT", &M::lineInteger);
    set('J', "BININT", &M::integer<std::int32_t>);
    set('K', "BININT1", &M::integer<std::uint8_t>);
    set('L', "LONG", &M::lineLong);
    set('M', "BININT2", &M::integer<std::uint16_t>);
    set('N', "NONE", &M::constant<Kind::None, 0>);
    set('P', "PERSID", &M::persistentLine);
    set('Q', "BINPERSID", &M::persistent);
    set('R', "REDUCE", &M::reduce);
    set('S', "STRING", &M::lineString);
    set('T', "BINSTRING", &M::counted<std::int32_t, Kind::Text>);
    set('U', "SHORT_BINSTRING", &M::counted<std::uint8_t, Kind::Text>);
    set('V', "UNICODE", &M::lineUnicode);
    set('X', "BINUNICODE", &M::counted<std::uint32_t, Kind::Text>);
    set('a', "APPEND", &M::append);
    set('b', "BUILD", &M::build);
    set('c', "GLOBAL", &M::globalLines);
    set('d', "DICT", &M::dictFromMark);
    set('}', "EMPTY_DICT", &M::empty<Kind::Dict>);
    set('e', "APPENDS", &M::appends);
    set('g', "GET", &M::getLine);
    set('h', "BINGET", &M::get<std::uint8_t>);
    set('i', "INST", &M::instance);
    set('j', "LONG_BINGET", &M::get<std::uint32_t>);
    set('l', "LIST", &M::fromMark<Kind::List>);
    set(']', "EMPTY_LIST", &M::empty<Kind::List>);
    set('o', "OBJ", &M::objectFromMark);
    set('p', "PUT", &M::putLine);
    set('q', "BINPUT", &M::put<std::uint8_t>);
    set('r', "LONG_BINPUT", &M::put<std::uint32_t>);
    set('s', "SETITEM", &M::setItem);
    set('t', "TUPLE", &M::fromMark<Kind::Tuple>);
    set(')', "EMPTY_TUPLE", &M::empty<Kind::Tuple>);
    set('u', "SETITEMS", &M::setItems);
    set('G', "BINFLOAT", &M::binaryFloat);
    set(0x80, "PROTO", &M::protocol);
    set(0x81, "NEWOBJ", &M::newObject<2>);
    set(0x82, "EXT1", &M::extension<std::uint8_t>);
    set(0x83, "EXT2", &M::extension<std::uint16_t>);
    set(0x84, "EXT4", &M::extension<std::int32_t>);
    set(0x85, "TUPLE1", &M::tuple<1>);
    set(0x86, "TUPLE2", &M::tuple<2>);
    set(0x87, "TUPLE3", &M::tuple<3>);
    set(0x88, "NEWTRUE", &M::constant<Kind::Bool, 1>);
    set(0x89, "NEWFALSE", &M::constant<Kind::Bool, 0>);
    set(0x8A, "LONG1", &M::longInteger<std::uint8_t>);
    set(0x8B, "LONG4", &M::longInteger<std::int32_t>);
    set('B', "BINBYTES", &M::counted<std::uint32_t, Kind::Bytes>);
    set('C', "SHORT_BINBYTES", &M::counted<std::uint8_t, Kind::Bytes>);
    set(0x8C, "SHORT_BINUNICODE", &M::counted<std::uint8_t, Kind::Text>);
    set(0x8D, "BINUNICODE8", &M::counted<std::uint64_t, Kind::Text>);
    set(0x8E, "BINBYTES8", &M::counted<std::uint64_t, Kind::Bytes>);
    set(0x8F, "EMPTY_SET", &M::empty<Kind::Set>);
    set(0x90, "ADDITEMS", &M::addItems);
    set(0x91, "FROZENSET", &M::fromMark<Kind::Set>);
    set(0x92, "NEWOBJ_EX", &M::newObject<3>);
    set(0x93, "STACK_GLOBAL", &M::globalFromStack);
    set(0x94, "MEMOIZE", &M::memoize);
    set(0x95, "FRAME", &M::frame);
    set(0x96, "BYTEARRAY8", &M::counted<std::uint64_t, Kind::Bytes>);
    set(0x97, "NEXT_BUFFER", &M::nextBuffer);
    set(0x98, "READONLY_BUFFER", &M::readOnlyBuffer);
    return rows;
  }();
  return table;
}

Result<PickleValue> Machine::run() {
  for (std::uint64_t count = 0;; ++count) {
    if (count >= m_limits.opcodes) return over(m_limits.opcodes, "opcodes");
    if (count % 4096 == 0)
      if (auto going = m_job.step(0); !going) return tl::unexpected(std::move(going.error()));
    m_at = m_cursor.position();
    if (m_cursor.left() == 0) return m_cursor.corrupt("the STOP of a pickle expected, the end of the data found");
    const auto opcode = m_cursor.read<std::uint8_t>("an opcode");
    if (!opcode) return tl::unexpected(opcode.error());
    m_opcode = *opcode;
    const Handler handler = opcodes()[m_opcode].handler;
    if (!handler)
      return m_cursor.corruptAt(m_at, fmt::format("an opcode of a pickle expected, {:#04x} found", m_opcode));
    if (auto done = (this->*handler)(); !done) return tl::unexpected(std::move(done.error()));
    if (m_opcode == kStop) return pop();
  }
}

Result<std::string> Machine::line() {
  std::string text;
  while (true) {
    const auto byte = operand<char>();
    if (!byte) return tl::unexpected(byte.error());
    if (*byte == '\n') return text;
    if (text.size() >= m_limits.lineBytes) return over(m_limits.lineBytes, "bytes of a line");
    text += *byte;
  }
}

template <class T>
Result<T> Machine::lineNumber(std::string_view text) const {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty())
    return corrupt("a line with a number expected, something else found");
  return value;
}

/// The next `length` bytes: copied where they are few, else left where they are.
Result<> Machine::pushPiece(Kind kind, std::uint64_t length) {
  const std::uint64_t offset = m_cursor.position();
  const std::string_view what = opcodes()[m_opcode].name;
  if (length > kCopiedBytes) {
    if (auto skipped = m_cursor.skip(length, what); !skipped) return skipped;
    return push(m_graph.addView(kind, offset, length));
  }
  std::array<char, kCopiedBytes> bytes;  // filled as far as it is looked at
  const auto used = std::span(bytes).first(static_cast<std::size_t>(length));
  if (auto read = m_cursor.readInto(std::as_writable_bytes(used), what); !read) return read;
  return push(m_graph.addCopy(kind, {bytes.data(), used.size()}, offset));
}

template <class Length, Kind kind>
Result<> Machine::counted() {
  const auto length = operand<Length>();
  if (!length) return tl::unexpected(length.error());
  if constexpr (std::is_signed_v<Length>)
    if (*length < 0) return corrupt("a length expected, a negative one found");
  return pushPiece(kind, static_cast<std::uint64_t>(*length));
}

Result<> Machine::protocol() {
  const auto number = operand<std::uint8_t>();
  if (!number) return tl::unexpected(number.error());
  if (*number > kLastProtocol)
    return corrupt(fmt::format("a protocol of at most {} expected, {} found", kLastProtocol, *number));
  return {};
}

Result<> Machine::frame() {
  const auto length = operand<std::uint64_t>();
  if (!length) return tl::unexpected(length.error());
  if (*length > m_cursor.left())
    return corrupt(fmt::format("a frame of {} bytes expected, {} bytes left", *length, m_cursor.left()));
  return {};
}

Result<> Machine::mark() {
  if (m_marks.size() >= m_limits.stack) return over(m_limits.stack, "marks on the stack");
  m_marks.push_back(m_stack.size());
  return {};
}

Result<> Machine::popOne() {
  if (!m_marks.empty() && m_marks.back() == m_stack.size()) {
    m_marks.pop_back();  // as Python does: a mark on top counts as a value
    return {};
  }
  if (auto there = need(1); !there) return there;
  m_stack.pop_back();
  return {};
}

Result<> Machine::popToMark() {
  const auto begin = popMark();
  if (!begin) return tl::unexpected(begin.error());
  m_stack.resize(*begin);
  return {};
}

Result<> Machine::duplicate() {
  if (auto there = need(1); !there) return there;
  return push(m_stack.back());
}

template <class T>
Result<> Machine::integer() {
  const auto value = operand<T>();
  if (!value) return tl::unexpected(value.error());
  return push(PickleValue{Kind::Integer, static_cast<std::uint64_t>(std::int64_t{*value})});
}

Result<> Machine::binaryFloat() {
  const auto order = m_cursor.order();
  m_cursor.setOrder(std::endian::big);
  const auto value = operand<double>();
  m_cursor.setOrder(order);
  if (!value) return tl::unexpected(value.error());
  return push(PickleValue{Kind::Float, std::bit_cast<std::uint64_t>(*value)});
}

/// Two's complement, little-endian, as short as it can be; no bytes at all are zero.
template <class Length>
Result<> Machine::longInteger() {
  const auto length = operand<Length>();
  if (!length) return tl::unexpected(length.error());
  if constexpr (std::is_signed_v<Length>)
    if (*length < 0) return corrupt("a length expected, a negative one found");
  const auto count = static_cast<std::uint64_t>(*length);
  if (count > 32) {
    if (auto skipped = m_cursor.skip(count, opcodes()[m_opcode].name); !skipped) return skipped;
    return push(m_graph.addCopy(Kind::Long, fmt::format("an integer of {} bytes", count)));
  }
  std::array<std::uint8_t, 32> bytes{};
  const auto used = std::span(bytes).first(static_cast<std::size_t>(count));
  if (auto read = m_cursor.readInto(std::as_writable_bytes(used), opcodes()[m_opcode].name); !read) return read;
  if (count > 8) {
    std::string text = "0x";
    for (std::size_t i = used.size(); i-- > 0;) text += fmt::format("{:02x}", used[i]);
    return push(m_graph.addCopy(Kind::Long, text));
  }
  std::uint64_t value = !used.empty() && used.back() >= 0x80 ? ~std::uint64_t{0} : 0;
  for (std::size_t i = used.size(); i-- > 0;) value = value << 8 | used[i];
  return push(PickleValue{Kind::Integer, value});
}

Result<> Machine::lineInteger() {
  const auto text = line();
  if (!text) return tl::unexpected(text.error());
  if (*text == "00" || *text == "01") return push(PickleValue{Kind::Bool, *text == "01" ? 1u : 0u});
  const auto value = lineNumber<std::int64_t>(*text);
  if (!value) return tl::unexpected(value.error());
  return push(PickleValue{Kind::Integer, static_cast<std::uint64_t>(*value)});
}

Result<> Machine::lineLong() {
  auto text = line();
  if (!text) return tl::unexpected(text.error());
  if (text->ends_with('L')) text->pop_back();
  const bool digits =
      !text->empty() && text->find_first_not_of("0123456789", text->front() == '-' ? 1 : 0) == text->npos;
  if (digits && text->size() > 18)
    return push(m_graph.addCopy(
        Kind::Long, text->size() <= kCopiedBytes ? *text : fmt::format("an integer of {} digits", text->size())));
  const auto value = lineNumber<std::int64_t>(*text);
  if (!value) return tl::unexpected(value.error());
  return push(PickleValue{Kind::Integer, static_cast<std::uint64_t>(*value)});
}

Result<> Machine::lineFloat() {
  const auto text = line();
  if (!text) return tl::unexpected(text.error());
  const auto value = lineNumber<double>(*text);
  if (!value) return tl::unexpected(value.error());
  return push(PickleValue{Kind::Float, std::bit_cast<std::uint64_t>(*value)});
}

Result<> Machine::lineString() {
  const auto text = line();
  if (!text) return tl::unexpected(text.error());
  const auto plain = unquoted(*text);
  if (!plain) return corrupt("a line with text in quotes expected, something else found");
  return push(m_graph.addCopy(Kind::Text, *plain));
}

Result<> Machine::lineUnicode() {
  const auto text = line();
  if (!text) return tl::unexpected(text.error());
  const auto plain = fromRawUnicode(*text);
  if (!plain) return corrupt("\\u and four digits, or \\U and eight, expected, something else found");
  return push(m_graph.addCopy(Kind::Text, *plain));
}

template <std::size_t count>
Result<> Machine::tuple() {
  if (auto there = need(count); !there) return there;
  const auto node = m_graph.addNode(Kind::Tuple, above(m_stack.size() - count), m_limits);
  m_stack.resize(m_stack.size() - count);
  return push(node);
}

template <Kind kind>
Result<> Machine::fromMark() {
  const auto begin = popMark();
  if (!begin) return tl::unexpected(begin.error());
  const auto node = m_graph.addNode(kind, above(*begin), m_limits);
  m_stack.resize(*begin);
  return push(node);
}

Result<> Machine::dictFromMark() {
  if (!m_marks.empty() && (m_stack.size() - floor()) % 2 != 0)
    return corrupt("keys and values in pairs expected, an odd number of values found");
  return fromMark<Kind::Dict>();
}

/// Moves the values from `begin` on into what lies below them: into its items if it is of the kind `plain`, else beside
/// them, if it is an object.
Result<> Machine::fill(std::size_t begin, Part part, Kind plain, std::string_view plainName) {
  if (begin <= floor()) return corrupt("something to fill on the stack expected, none found");
  const PickleValue target = m_stack[begin - 1];
  if (target.kind != plain && target.kind < Kind::Call)
    return corrupt(fmt::format("{} or an object expected below the values, something else found", plainName));
  const Part where = target.kind == plain ? Part::Items : part;
  if (auto added = m_graph.append(target, where, above(begin), m_limits); !added)
    return placed(std::move(added.error()));
  m_stack.resize(begin);
  return {};
}

Result<> Machine::append() {
  if (auto there = need(2); !there) return there;
  return fill(m_stack.size() - 1, Part::Appended, Kind::List, "a list");
}

Result<> Machine::appends() {
  const auto begin = popMark();
  if (!begin) return tl::unexpected(begin.error());
  return fill(*begin, Part::Appended, Kind::List, "a list");
}

Result<> Machine::addItems() {
  const auto begin = popMark();
  if (!begin) return tl::unexpected(begin.error());
  return fill(*begin, Part::Appended, Kind::Set, "a set");
}

Result<> Machine::setItem() {
  if (auto there = need(3); !there) return there;
  return fill(m_stack.size() - 2, Part::Entries, Kind::Dict, "a dict");
}

Result<> Machine::setItems() {
  const auto begin = popMark();
  if (!begin) return tl::unexpected(begin.error());
  if ((m_stack.size() - *begin) % 2 != 0)
    return corrupt("keys and values in pairs expected, an odd number of values found");
  return fill(*begin, Part::Entries, Kind::Dict, "a dict");
}

Result<> Machine::build() {
  if (auto there = need(2); !there) return there;
  if (m_stack[m_stack.size() - 2].kind < Kind::Call)
    return corrupt("an object expected below its state, something else found");
  return fill(m_stack.size() - 1, Part::States, Kind::None, "an object");
}

/// What may stand where a function or class is expected: what could be one once code has run.
Result<> Machine::checkCallee(PickleValue callee) const {
  if (callee.kind == Kind::Global || callee.kind >= Kind::Call) return {};
  return corrupt("the name of a function or class expected, something else found");
}

Result<> Machine::reduce() {
  if (auto there = need(2); !there) return there;
  const auto parts = above(m_stack.size() - 2);
  if (auto callee = checkCallee(parts[0]); !callee) return callee;
  if (parts[1].kind != Kind::Tuple && parts[1].kind < Kind::Call)
    return corrupt("arguments in a tuple expected, something else found");
  const auto node = m_graph.addNode(Kind::Call, parts, m_limits);
  m_stack.resize(m_stack.size() - 2);
  return push(node);
}

template <std::size_t operands>
Result<> Machine::newObject() {
  if (auto there = need(operands); !there) return there;
  const auto parts = above(m_stack.size() - operands);
  if (auto callee = checkCallee(parts[0]); !callee) return callee;
  if (parts[1].kind != Kind::Tuple && parts[1].kind < Kind::Call)
    return corrupt("arguments in a tuple expected, something else found");
  const auto node = m_graph.addNode(Kind::Object, parts, m_limits);
  m_stack.resize(m_stack.size() - operands);
  return push(node);
}

Result<> Machine::objectFromMark() {
  const auto begin = popMark();
  if (!begin) return tl::unexpected(begin.error());
  if (m_stack.size() == *begin) return corrupt("a class above the mark expected, nothing found");
  if (auto callee = checkCallee(m_stack[*begin]); !callee) return callee;
  const auto arguments = m_graph.addNode(Kind::Tuple, above(*begin + 1), m_limits);
  if (!arguments) return placed(arguments.error());
  const std::array parts{m_stack[*begin], *arguments};
  m_stack.resize(*begin);
  return pushNode(Kind::Object, parts);
}

Result<> Machine::instance() {
  if (auto named = globalLines(); !named) return named;
  const PickleValue global = pop();
  const auto begin = popMark();
  if (!begin) return tl::unexpected(begin.error());
  const auto arguments = m_graph.addNode(Kind::Tuple, above(*begin), m_limits);
  if (!arguments) return placed(arguments.error());
  m_stack.resize(*begin);
  return pushNode(Kind::Object, std::array{global, *arguments});
}

Result<> Machine::globalLines() {
  const auto module = line();
  if (!module) return tl::unexpected(module.error());
  const auto name = line();
  if (!name) return tl::unexpected(name.error());
  if (module->size() > kNameBytes || name->size() > kNameBytes) return over(kNameBytes, "bytes of a name");
  return push(addGlobal(*module, *name));
}

/// A module or name that is no text would be computed when the pickle is loaded, and is not known here.
Result<> Machine::globalFromStack() {
  if (auto there = need(2); !there) return there;
  std::array<std::string, 2> names;
  for (std::size_t i = 0; i < 2; ++i) {
    const PickleValue value = m_stack[m_stack.size() - 2 + i];
    if (value.kind == Kind::Text) {
      const auto text = m_graph.shortText(value);
      if (!text || text->size() > kNameBytes) return over(kNameBytes, "bytes of a name");
      names[i] = *text;
    } else if (value.kind >= Kind::Call) {
      names[i] = "(computed on loading)";
    } else {
      return corrupt("the name of a module and one in it expected, something else found");
    }
  }
  m_stack.resize(m_stack.size() - 2);
  return push(addGlobal(names[0], names[1]));
}

template <class T>
Result<> Machine::extension() {
  const auto code = operand<T>();
  if (!code) return tl::unexpected(code.error());
  if (*code <= 0) return corrupt("the number of an extension above 0 expected");
  const PickleValue number{Kind::Integer, static_cast<std::uint64_t>(std::int64_t{*code})};
  if (auto named = addGlobal("copyreg", fmt::format("extension {}", *code)); !named)
    return tl::unexpected(named.error());
  return pushNode(Kind::Extension, std::array{number});
}

Result<> Machine::persistentLine() {
  const auto id = line();
  if (!id) return tl::unexpected(id.error());
  return pushNode(Kind::Persistent, std::array{m_graph.addCopy(Kind::Text, *id)});
}

Result<> Machine::persistent() {
  if (auto there = need(1); !there) return there;
  return pushNode(Kind::Persistent, std::array{pop()});
}

Result<> Machine::keep(std::uint64_t index) {
  if (auto there = need(1); !there) return there;
  if (!m_memo.put(index, m_stack.back(), m_limits.memo)) return over(m_limits.memo, "numbers in the memo");
  return {};
}

Result<> Machine::fetch(std::uint64_t index) {
  const PickleValue* const value = m_memo.get(index);
  if (!value) return corrupt(fmt::format("number {} in the memo expected, none found", index));
  return push(*value);
}

template <class T>
Result<> Machine::put() {
  const auto index = operand<T>();
  if (!index) return tl::unexpected(index.error());
  return keep(*index);
}

template <class T>
Result<> Machine::get() {
  const auto index = operand<T>();
  if (!index) return tl::unexpected(index.error());
  return fetch(*index);
}

Result<> Machine::putLine() {
  const auto text = line();
  if (!text) return tl::unexpected(text.error());
  const auto index = lineNumber<std::uint64_t>(*text);
  if (!index) return tl::unexpected(index.error());
  return keep(*index);
}

Result<> Machine::getLine() {
  const auto text = line();
  if (!text) return tl::unexpected(text.error());
  const auto index = lineNumber<std::uint64_t>(*text);
  if (!index) return tl::unexpected(index.error());
  return fetch(*index);
}

}  // namespace

Result<PickleValue> readPickle(Cursor& cursor, PickleGraph& graph, const PickleLimits& limits, const JobContext& job) {
  return Machine(cursor, graph, limits, job).run();
}

bool beginsLikePickle(const ByteSource& file) {
  std::array<std::uint8_t, 3> first{};
  if (file.size() < 4 || !file.read(0, std::as_writable_bytes(std::span(first)))) return false;
  if (first[0] != 0x80 || first[1] < 2 || first[1] > kLastProtocol) return false;
  constexpr std::string_view kFirst = "()]}KMJGNXUTcBCV";
  return first[2] >= 0x82 ? first[2] <= 0x98 : kFirst.find(static_cast<char>(first[2])) != kFirst.npos;
}

}  // namespace ulpscope
