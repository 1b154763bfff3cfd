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
#include <string_view>
#include <utility>

#include "core/checkpoint/pickle/stack_machine.h"

namespace ulpscope {
namespace pickle {
namespace {

constexpr int kLastProtocol = 5;
constexpr std::uint8_t kStop = '.';

}  // namespace

const std::array<Machine::Opcode, 256>& Machine::opcodes() {
  static const OpcodeTable table = [] {
    OpcodeTable made;
    addStackOpcodes(made);
    addValueOpcodes(made);
    addContainerOpcodes(made);
    addObjectOpcodes(made);
    return made;
  }();
  return table.rows;
}

void Machine::addStackOpcodes(OpcodeTable& table) {
  table.set('(', "MARK", &Machine::mark);
  table.set('.', "STOP", &Machine::stop);
  table.set('0', "POP", &Machine::popOne);
  table.set('1', "POP_MARK", &Machine::popToMark);
  table.set('2', "DUP", &Machine::duplicate);
  table.set(0x80, "PROTO", &Machine::protocol);
  table.set(0x95, "FRAME", &Machine::frame);
  table.set('g', "GET", &Machine::getLine);
  table.set('h', "BINGET", &Machine::get<std::uint8_t>);
  table.set('j', "LONG_BINGET", &Machine::get<std::uint32_t>);
  table.set('p', "PUT", &Machine::putLine);
  table.set('q', "BINPUT", &Machine::put<std::uint8_t>);
  table.set('r', "LONG_BINPUT", &Machine::put<std::uint32_t>);
  table.set(0x94, "MEMOIZE", &Machine::memoize);
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

}  // namespace pickle

Result<PickleValue> readPickle(Cursor& cursor, PickleGraph& graph, const PickleLimits& limits, const JobContext& job) {
  return pickle::Machine(cursor, graph, limits, job).run();
}

bool beginsLikePickle(const ByteSource& file) {
  std::array<std::uint8_t, 3> first{};
  if (file.size() < 4 || !file.read(0, std::as_writable_bytes(std::span(first)))) return false;
  if (first[0] != 0x80 || first[1] < 2 || first[1] > pickle::kLastProtocol) return false;
  constexpr std::string_view kFirst = "()]}KMJGNXUTcBCV";
  return first[2] >= 0x82 ? first[2] <= 0x98 : kFirst.find(static_cast<char>(first[2])) != kFirst.npos;
}

}  // namespace ulpscope
