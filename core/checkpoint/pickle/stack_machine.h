// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/cursor.h"
#include "core/base/result.h"
#include "core/checkpoint/pickle/graph.h"
#include "core/checkpoint/pickle/machine.h"
#include "core/jobs/job.h"

namespace ulpscope::pickle {

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

/// Only readPickle uses it; machine.cpp says what it does. Its opcodes are in the files beside it, by kind.
class Machine {
 public:
  Machine(Cursor& cursor, PickleGraph& graph, const PickleLimits& limits, const JobContext& job)
      : m_cursor(cursor), m_graph(graph), m_limits(limits), m_job(job) {}

  Result<PickleValue> run();

 private:
  using Handler = Result<> (Machine::*)();
  struct Opcode {
    std::string_view name = "an opcode";
    Handler handler = nullptr;
  };
  struct OpcodeTable {
    std::array<Opcode, 256> rows;
    void set(int code, std::string_view name, Handler handler) {
      rows[static_cast<std::size_t>(code)] = {name, handler};
    }
  };
  static const std::array<Opcode, 256>& opcodes();
  // Each in the file of its opcodes.
  static void addStackOpcodes(OpcodeTable& table);
  static void addValueOpcodes(OpcodeTable& table);
  static void addContainerOpcodes(OpcodeTable& table);
  static void addObjectOpcodes(OpcodeTable& table);

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

template <class T>
Result<T> Machine::lineNumber(std::string_view text) const {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty())
    return corrupt("a line with a number expected, something else found");
  return value;
}

}  // namespace ulpscope::pickle
