// SPDX-License-Identifier: Apache-2.0
//
// Opcodes that would import, call or build something when Python runs them; here they add nodes.
#include "core/checkpoint/pickle/stack_machine.h"

#include <fmt/format.h>

#include <array>
#include <string>

namespace ulpscope::pickle {
namespace {

constexpr std::uint64_t kNameBytes = 1024;  ///< of a module or a name in it

}  // namespace

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

void Machine::addObjectOpcodes(OpcodeTable& table) {
  table.set('R', "REDUCE", &Machine::reduce);
  table.set('b', "BUILD", &Machine::build);
  table.set('c', "GLOBAL", &Machine::globalLines);
  table.set('i', "INST", &Machine::instance);
  table.set('o', "OBJ", &Machine::objectFromMark);
  table.set(0x81, "NEWOBJ", &Machine::newObject<2>);
  table.set(0x92, "NEWOBJ_EX", &Machine::newObject<3>);
  table.set(0x93, "STACK_GLOBAL", &Machine::globalFromStack);
  table.set(0x82, "EXT1", &Machine::extension<std::uint8_t>);
  table.set(0x83, "EXT2", &Machine::extension<std::uint16_t>);
  table.set(0x84, "EXT4", &Machine::extension<std::int32_t>);
  table.set('P', "PERSID", &Machine::persistentLine);
  table.set('Q', "BINPERSID", &Machine::persistent);
  table.set(0x97, "NEXT_BUFFER", &Machine::nextBuffer);
  table.set(0x98, "READONLY_BUFFER", &Machine::readOnlyBuffer);
}

}  // namespace ulpscope::pickle
