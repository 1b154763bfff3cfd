// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/matrix_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>

#include "core/base/text.h"

namespace ulpscope {
namespace {

struct Alias {
  std::string_view id, engine;
};
constexpr Alias kAliases[] = {{"h100", "h100-wgmma"}, {"h200", "h200-wgmma"}, {"b200", "b200-tcgen05"}};

std::string allIds() {
  std::string ids;
  for (const MatrixEngine* engine : matrixEngines()) ids += fmt::format("{}{}", ids.empty() ? "" : ", ", engine->id);
  return ids;
}

std::string formatsOf(const MatrixEngine& engine) {
  std::string formats;
  for (const EngineUnit& unit : engine.units) formats += fmt::format("{}{}", formats.empty() ? "" : ", ", unit.format);
  return formats;
}

Result<const MatrixEngine*> engineOf(std::string_view id) {
  for (const Alias& alias : kAliases)
    if (id == alias.id) id = alias.engine;
  if (const MatrixEngine* const found = findEngine(id)) return found;
  return fail(Errc::Usage, fmt::format("a matrix engine expected ({}), found {}", allIds(), printable(id)));
}

constexpr std::string_view kSlices = "slices:";

Result<> takeSlices(std::string_view text, EngineChoice& choice) {
  if (!choice.unit->slices) return fail(Errc::Usage, fmt::format("{} has no slices", choice.id()));
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > IntegerSlices::kMost)
    return fail(Errc::Usage,
                fmt::format("slices from 1 to {} expected, found {}", IntegerSlices::kMost, printable(text)));
  choice.chosenSlices = count;
  return {};
}

/// What stands behind a slash.
Result<> take(std::string_view text, EngineChoice& choice) {
  if (text.starts_with(kSlices)) return takeSlices(text.substr(kSlices.size()), choice);
  if (text != "float16") {
    const auto order = parseKOrder(text);
    if (!order) return tl::unexpected(order.error());
    choice.order = *order;
    return {};
  }
  if (!choice.unit->half) return fail(Errc::Usage, fmt::format("{} has no sums in float16", choice.id()));
  choice.halfSums = true;
  return {};
}

}  // namespace

const MatrixEngine* findEngine(std::string_view id) {
  const auto engines = matrixEngines();
  const auto found = std::ranges::find(engines, id, &MatrixEngine::id);
  return found == engines.end() ? nullptr : *found;
}

const EngineUnit* MatrixEngine::unitFor(std::string_view format) const {
  const auto found = std::ranges::find(units, format, &EngineUnit::format);
  return found == units.end() ? nullptr : &*found;
}

std::string EngineChoice::id() const {
  return fmt::format("{}@{}{}{}{}", engine->id, unit->format, halfSums ? "/float16" : "",
                     order ? fmt::format("/{}", order->id()) : std::string(),
                     unit->slices ? fmt::format("/{}{}", kSlices, slices()) : std::string());
}

Result<EngineChoice> parseEngine(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view name = text.substr(0, slash);
  const std::size_t at = name.find('@');
  const auto engine = engineOf(name.substr(0, at));
  if (!engine) return tl::unexpected(engine.error());
  EngineChoice choice{*engine, &(*engine)->units.front()};
  if (at != std::string_view::npos) {
    const std::string_view format = name.substr(at + 1);
    choice.unit = choice.engine->unitFor(format);
    if (!choice.unit)
      return fail(Errc::Usage,
                  fmt::format("{} multiplies {}; found {}", choice.engine->id, formatsOf(**engine), printable(format)));
  }
  std::string_view rest = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
  while (slash != std::string_view::npos) {
    const std::size_t end = rest.find('/');
    if (auto taken = take(rest.substr(0, end), choice); !taken) return tl::unexpected(taken.error());
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return choice;
}

std::vector<EngineChoice> offeredChoices() {
  std::vector<EngineChoice> choices;
  for (const MatrixEngine* engine : matrixEngines())
    for (const EngineUnit& unit : engine->units) {
      EngineChoice choice{engine, &unit};
      if (!unit.slices) choices.push_back(choice);
      for (const int slices : unit.slices ? unit.slices->offered : std::vector<int>()) {
        choice.chosenSlices = slices;
        choices.push_back(choice);
      }
    }
  return choices;
}

const NumberFormat& inputFormatOf(const EngineUnit& unit) {
  const NumberFormat* format = findFormat(unit.blocks ? unit.blocks->element : unit.format);
  assert(format);
  return *format;
}

}  // namespace ulpscope
