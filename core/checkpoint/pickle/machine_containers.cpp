// SPDX-License-Identifier: Apache-2.0
//
// Opcodes that make or fill tuples, lists, dicts and sets.
#include "core/checkpoint/pickle/stack_machine.h"

#include <fmt/format.h>

namespace ulpscope::pickle {
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

void Machine::addContainerOpcodes(OpcodeTable& table) {
  table.set('a', "APPEND", &Machine::append);
  table.set('d', "DICT", &Machine::dictFromMark);
  table.set('}', "EMPTY_DICT", &Machine::empty<Kind::Dict>);
  table.set('e', "APPENDS", &Machine::appends);
  table.set('l', "LIST", &Machine::fromMark<Kind::List>);
  table.set(']', "EMPTY_LIST", &Machine::empty<Kind::List>);
  table.set('s', "SETITEM", &Machine::setItem);
  table.set('t', "TUPLE", &Machine::fromMark<Kind::Tuple>);
  table.set(')', "EMPTY_TUPLE", &Machine::empty<Kind::Tuple>);
  table.set('u', "SETITEMS", &Machine::setItems);
  table.set(0x85, "TUPLE1", &Machine::tuple<1>);
  table.set(0x86, "TUPLE2", &Machine::tuple<2>);
  table.set(0x87, "TUPLE3", &Machine::tuple<3>);
  table.set(0x8F, "EMPTY_SET", &Machine::empty<Kind::Set>);
  table.set(0x90, "ADDITEMS", &Machine::addItems);
  table.set(0x91, "FROZENSET", &Machine::fromMark<Kind::Set>);
}

}  // namespace ulpscope::pickle
