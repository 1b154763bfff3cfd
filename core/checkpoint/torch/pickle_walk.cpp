// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/pickle/suspicious.h"
#include "core/checkpoint/pickle/values.h"
#include "core/checkpoint/torch/pickle_listing.h"

namespace ulpscope {
namespace {

using Kind = PickleKind;
using Values = std::span<const PickleValue>;

constexpr std::size_t kDepth = 1000;
constexpr std::size_t kShownItems = 64;            ///< of a plain list in one line
constexpr std::uint64_t kTextBytes = 64 << 10;     ///< of a text that is kept as metadata
constexpr std::uint64_t kItemBytes = 256;          ///< of a text in a list
constexpr std::uint64_t kMostRepeats = 1'000'000;  ///< of values below objects that stand in several places

/// Children of a node, in one of the ways that names are given to them.
struct Children {
  enum class Names : std::uint8_t { Numbers, Keys, Attributes, PairList } names = Names::Numbers;
  Values values = {};

  std::size_t count() const {
    return names == Names::Keys || names == Names::Attributes ? values.size() / 2 : values.size();
  }
};

bool isContainerCall(const PickleCall& call) {
  constexpr std::array<std::string_view, 8> kBuiltin{"dict",  "set",       "frozenset", "list",
                                                     "tuple", "bytearray", "bytes",     "object"};
  const std::string& module = call.callee->module;
  if (module == "collections") return true;
  if (module == "torch") return call.callee->name == "Size";
  if (module == "torch.jit._pickle") return true;
  return (module == "builtins" || module == "__builtin__") &&
         std::ranges::find(kBuiltin, call.callee->name) != kBuiltin.end();
}

/// Of an nn.Module: what its state_dict leaves out of names.
bool isModulePart(const PickleGraph& graph, PickleValue key) {
  const auto name = shortTextOf(graph, key);
  return name == "_parameters" || name == "_buffers" || name == "_modules";
}

}  // namespace

/// Goes through a pickle's values without recursion; objects may contain themselves.
class PickleListing::Walk {
 public:
  Walk(PickleListing& listing, const PickleGraph& graph, const TensorInterpreter& interpreter, std::string_view alone)
      : m_listing(listing),
        m_graph(graph),
        m_interpreter(interpreter),
        m_alone(alone),
        m_seen(graph.nodes()),
        m_onPath(graph.nodes()) {}

  Result<> run(PickleValue root, std::string_view prefix) {
    m_path = prefix;
    if (auto visited = visit(root, false); !visited) return visited;
    for (std::uint64_t count = 0; !m_frames.empty(); ++count) {
      if (count % 1024 == 0)
        if (auto going = m_listing.m_context.job.step(0); !going) return going;
      if (auto moved = advance(); !moved) return moved;
    }
    return {};
  }

 private:
  struct Frame {
    std::vector<Children> children;
    std::size_t nameLength;  ///< of the path that leads here
    PickleValue node;
    bool repeated;
    std::size_t part = 0;
    std::size_t index = 0;
  };

  Result<> advance();
  Result<> visit(PickleValue value, bool hidden);
  Result<> visitNode(PickleValue value, bool hidden);
  Result<> visitTensor(PickleValue value, const PickledTensor& tensor);
  Result<bool> listFlat(PickleValue value, Values items);
  void describe(PickleValue value);
  std::string typeOf(PickleValue value) const;
  std::vector<Children> childrenOf(PickleValue value) const;
  void addStates(Values states, std::vector<Children>& children) const;
  Result<std::string> keyText(PickleValue key) const;
  bool mayRepeat(std::uint64_t count);
  void push(PickleValue node, std::vector<Children> children);
  std::string name() const { return m_path.empty() ? std::string(m_alone) : m_path; }

  PickleListing& m_listing;
  const PickleGraph& m_graph;
  const TensorInterpreter& m_interpreter;
  std::string_view m_alone;
  std::vector<bool> m_seen, m_onPath;  ///< by node
  std::vector<Frame> m_frames;
  std::deque<PickleValue> m_states;
  std::string m_path;
};

/// Whether `count` more values of an object that was listed already may be listed again.
bool PickleListing::Walk::mayRepeat(std::uint64_t count) {
  m_listing.m_repeats += std::max<std::uint64_t>(1, count);
  if (m_listing.m_repeats <= kMostRepeats) return true;
  m_listing.m_repeated.add(m_path);
  return false;
}

void PickleListing::Walk::push(PickleValue node, std::vector<Children> children) {
  const bool above = !m_frames.empty() && m_frames.back().repeated;
  m_frames.push_back({std::move(children), m_path.size(), node, above || m_seen[node.data]});
  m_seen[node.data] = true;
  m_onPath[node.data] = true;
}

Result<> PickleListing::Walk::advance() {
  Frame& frame = m_frames.back();
  m_path.resize(frame.nameLength);
  while (frame.part < frame.children.size() && frame.index >= frame.children[frame.part].count()) {
    ++frame.part;
    frame.index = 0;
  }
  if (frame.part == frame.children.size() || (frame.repeated && !mayRepeat(1))) {
    m_onPath[frame.node.data] = false;
    m_frames.pop_back();
    return {};
  }
  using Names = Children::Names;
  const Children children = frame.children[frame.part];
  const std::size_t index = frame.index++;
  PickleValue value =
      children.values[children.names == Names::Numbers || children.names == Names::PairList ? index : 2 * index + 1];
  Result<std::string> key = std::to_string(index);
  bool unnamed = false;
  if (children.names == Names::PairList) {
    if (const auto pair = sequenceOf(m_graph, value); pair && pair->size() == 2) {
      key = keyText((*pair)[0]);
      value = (*pair)[1];
    }
  } else if (children.names != Names::Numbers) {
    const PickleValue keyValue = children.values[2 * index];
    key = keyText(keyValue);
    unnamed = children.names == Names::Attributes && isModulePart(m_graph, keyValue) && pairsOf(m_graph, value);
  }
  if (!key) return tl::unexpected(key.error());
  const bool hidden = children.names == Names::Attributes && key->starts_with('_');
  if (!unnamed) {
    if (!m_path.empty()) m_path += '.';
    m_path += *key;
  }
  const std::uint64_t most = m_listing.m_context.options.limits.nameBytes;
  if (m_path.size() > most) {
    m_path.resize(static_cast<std::size_t>(most));
    m_listing.addObject(m_path, "", fmt::format("Its name is longer than {} bytes; it is not listed.", most));
    return {};
  }
  return visit(value, hidden);
}

Result<std::string> PickleListing::Walk::keyText(PickleValue key) const {
  const std::uint64_t most = m_listing.m_context.options.limits.nameBytes;
  if (key.kind == Kind::Bytes)
    if (const auto text = m_graph.shortText(key)) return std::string(*text);
  const auto plain = plainText(m_graph, key, most);
  if (!plain) return tl::unexpected(plain.error());
  if (*plain) return **plain;
  if (const auto items = sequenceOf(m_graph, key)) {
    std::string text = "(";
    for (const PickleValue item : *items) {
      if (text.size() > kItemBytes) break;
      const auto part = plainText(m_graph, item, kItemBytes);
      if (!part) return tl::unexpected(part.error());
      if (text.size() > 1) text += ", ";
      text += part->value_or("object");
    }
    return text + ")";
  }
  return m_interpreter.plainObject(key).value_or(key.kind == Kind::Global ? m_graph.global(key).full() : "object");
}

/// What `value` is, by what it is: a number or text, a tensor, or something with parts.
Result<> PickleListing::Walk::visit(PickleValue value, bool hidden) {
  auto plain = plainText(m_graph, value, kTextBytes);
  if (!plain) return tl::unexpected(std::move(plain.error()));
  if (!*plain) *plain = m_interpreter.plainObject(value);
  if (hidden && value.kind == Kind::None) return {};
  if (*plain) {
    m_listing.addMetadata(name(), std::move(**plain));
    return {};
  }
  const auto tensor = m_interpreter.tensor(value);
  if (!tensor) return tl::unexpected(tensor.error());
  if (*tensor) return visitTensor(value, **tensor);
  if (value.isNode()) return visitNode(value, hidden);
  describe(value);
  return {};
}

Result<> PickleListing::Walk::visitTensor(PickleValue value, const PickledTensor& tensor) {
  const std::size_t whole = m_listing.m_checkpoint.tensors.size();
  if (auto added = m_listing.addTensor(tensor, name()); !added) return added;
  if (!tensor.madeBy.empty()) m_listing.addMetadata(name() + ".__class__", tensor.madeBy);
  // What belongs to it stands below it; a tensor cannot contain itself, or it would not be one.
  if (tensor.parts.empty() || m_onPath[value.data] || m_frames.size() >= kDepth) return {};
  if (m_seen[value.data] && !mayRepeat(1)) return {};
  std::vector<Children> children;
  for (const auto& [key, part] : tensor.parts) {
    if (key.empty()) {
      m_states.push_back(part);  // what is listed later must stay where it is
      addStates(std::span(&m_states.back(), 1), children);
      continue;
    }
    std::string path = fmt::format("{}.{}", name(), key);
    const auto piece = m_interpreter.tensor(part);
    if (!piece) return tl::unexpected(piece.error());
    if (!*piece) continue;
    if (auto added = m_listing.addTensor(**piece, std::move(path)); !added) return added;
    m_listing.m_checkpoint.tensors.back().partOf = whole;
  }
  push(value, std::move(children));
  return {};
}

Result<> PickleListing::Walk::visitNode(PickleValue value, bool hidden) {
  if (m_onPath[value.data]) {
    m_listing.addObject(name(), typeOf(value), "It contains itself.");
    return {};
  }
  if (m_frames.size() >= kDepth) {
    m_listing.addObject(name(), typeOf(value),
                        fmt::format("It lies deeper than {} levels; what it holds is not listed.", kDepth));
    return {};
  }
  if (m_seen[value.data] && !mayRepeat(m_graph.items(value).size())) {
    m_listing.addObject(name(), typeOf(value), "It is an object that is listed elsewhere too.");
    return {};
  }
  const auto call = callOf(m_graph, value);
  const bool container = value.kind <= Kind::Set || (call && isContainerCall(*call));
  if (!container) describe(value);
  std::vector<Children> children = childrenOf(value);
  const bool isEmpty = std::ranges::all_of(children, [](const Children& part) { return part.count() == 0; });
  if (isEmpty && container && !hidden) m_listing.addMetadata(name(), pairsOf(m_graph, value) ? "{}" : "[]");
  if (children.size() == 1 && children[0].names == Children::Names::Numbers && container && !isEmpty) {
    const auto listed = listFlat(value, children[0].values);
    if (!listed || *listed) return listed ? Result<>() : tl::unexpected(listed.error());
  }
  push(value, std::move(children));
  return {};
}

/// A list of nothing but numbers and texts as one line.
Result<bool> PickleListing::Walk::listFlat(PickleValue value, Values items) {
  const auto isPlain = [](PickleValue item) { return item.kind < Kind::Global; };
  if (!std::ranges::all_of(items, isPlain)) return false;
  std::string text = "[";
  for (const PickleValue item : items.first(std::min(items.size(), kShownItems))) {
    const auto part = plainText(m_graph, item, kItemBytes);
    if (!part) return tl::unexpected(part.error());
    if (text.size() > 1) text += ", ";
    text += part->value_or("");
  }
  if (items.size() > kShownItems) text += fmt::format(", … ({} items)", groupedDigits(items.size()));
  m_listing.addMetadata(name(), text + "]");
  m_seen[value.data] = true;
  return true;
}

std::string PickleListing::Walk::typeOf(PickleValue value) const {
  switch (value.kind) {
    case Kind::Global:
      return m_graph.global(value).full();
    case Kind::Call:
    case Kind::Object: {
      const PickleValue callee = m_graph.items(value)[0];
      if (callee.kind == Kind::Global) {
        // Old pickles make every object through a helper that is given the class.
        const PickleGlobal& global = m_graph.global(callee);
        const auto call = callOf(m_graph, value);
        const bool helper = global.name == "_reconstructor" || global.name == "__newobj__";
        if (helper && call && !call->arguments.empty() && call->arguments[0].kind == Kind::Global)
          return m_graph.global(call->arguments[0]).full();
        return global.full();
      }
      // A class that was saved with its source: ('module', class, file, source).
      if (callee.kind == Kind::Persistent)
        if (const auto id = sequenceOf(m_graph, m_graph.items(callee)[0]))
          for (const PickleValue item : *id)
            if (item.kind == Kind::Global) return m_graph.global(item).full();
      return "(computed on loading)";
    }
    case Kind::Persistent:
      return "(kept outside the pickle)";
    case Kind::Extension:
      return fmt::format("(extension {})", m_graph.integer(m_graph.items(value)[0]));
    case Kind::Buffer:
      return "(buffer outside the pickle)";
    default:
      return pairsOf(m_graph, value) ? "dict" : "list";
  }
}

void PickleListing::Walk::describe(PickleValue value) {
  const PickleValue callee = value.kind == Kind::Call || value.kind == Kind::Object ? m_graph.items(value)[0] : value;
  const std::string type = typeOf(value);
  if (callee.kind == Kind::Global && isSuspicious(m_graph.global(callee))) {
    m_listing.addObject(m_path, m_graph.global(callee).full(),
                        "It can run commands, load code or reach files. It was not called.", true);
    return;
  }
  const bool unknown = callee.kind == Kind::Call || callee.kind == Kind::Object || callee.kind == Kind::Extension;
  m_listing.addObject(m_path, type,
                      unknown                      ? "What it is, only running code would tell; none was run."
                      : value.kind == Kind::Global ? "It is a name of Python code, which was not imported."
                                                   : "It is an object of Python code, which was not built.",
                      unknown);
}

std::vector<Children> PickleListing::Walk::childrenOf(PickleValue value) const {
  using Names = Children::Names;
  switch (value.kind) {
    case Kind::Tuple:
    case Kind::List:
    case Kind::Set:
      return {{Names::Numbers, m_graph.items(value)}};
    case Kind::Dict:
      return {{Names::Keys, m_graph.items(value)}};
    case Kind::Extension:
    case Kind::Persistent:
    case Kind::Buffer:
      break;
    default: {
      const Values parts = m_graph.items(value);
      const auto call = callOf(m_graph, value);
      std::vector<Children> children;
      const Values arguments = call ? call->arguments : parts.subspan(1);
      const auto inner = !arguments.empty() ? sequenceOf(m_graph, arguments[0]) : std::nullopt;
      if (call && call->is("collections", "OrderedDict")) {
        if (inner) children.push_back({Names::PairList, *inner});
      } else if (call && call->is("collections", "defaultdict")) {
        // its factory is a name, which is counted as all names are
      } else if (call && isContainerCall(*call)) {
        if (const auto pairs = !arguments.empty() ? pairsOf(m_graph, arguments[0]) : std::nullopt)
          children.push_back({Names::Keys, *pairs});
        else if (inner)
          return {{Names::Numbers, *inner}};
        else
          children.push_back({Names::Numbers, arguments});
      } else {
        children.push_back({Names::Numbers, parts.first(parts[0].isNode() ? 1 : 0)});
        children.push_back({Names::Numbers, arguments});
        if (parts.size() > 2) children.push_back({Names::Numbers, parts.subspan(2)});
      }
      children.push_back({Names::Keys, m_graph.entries(value)});
      if (const Values appended = m_graph.appended(value); !appended.empty())
        children.push_back({Names::Numbers, appended});
      addStates(m_graph.states(value), children);
      return children;
    }
  }
  std::vector<Children> children{{Names::Numbers, m_graph.items(value)}};
  if (const Values appended = m_graph.appended(value); !appended.empty())
    children.push_back({Names::Numbers, appended});
  children.push_back({Names::Keys, m_graph.entries(value)});
  addStates(m_graph.states(value), children);
  return children;
}

/// An object's attributes by name; with slots, they are two dicts in a tuple.
void PickleListing::Walk::addStates(Values states, std::vector<Children>& children) const {
  using Names = Children::Names;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto both = states[i].kind == Kind::Tuple ? m_graph.items(states[i]) : Values();
    const auto isPart = [&](PickleValue part) { return part.kind == Kind::None || pairsOf(m_graph, part); };
    if (const auto pairs = pairsOf(m_graph, states[i])) {
      children.push_back({Names::Attributes, *pairs});
    } else if (both.size() == 2 && std::ranges::all_of(both, isPart)) {
      for (const PickleValue part : both)
        if (const auto inner = pairsOf(m_graph, part)) children.push_back({Names::Attributes, *inner});
    } else if (states[i].kind != Kind::None) {
      children.push_back({Names::Numbers, states.subspan(i, 1)});
    }
  }
}

Result<> PickleListing::add(const PickleGraph& graph, const TensorInterpreter& interpreter, PickleValue root,
                            std::string_view prefix, std::string_view alone) {
  return Walk(*this, graph, interpreter, alone).run(root, prefix);
}

}  // namespace ulpscope
