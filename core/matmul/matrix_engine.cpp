// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/matrix_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

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

}  // namespace

const EngineUnit* MatrixEngine::unitFor(std::string_view format) const {
  const auto found = std::ranges::find(units, format, &EngineUnit::format);
  return found == units.end() ? nullptr : &*found;
}

std::string EngineChoice::id() const { return fmt::format("{}@{}", engine->id, unit->format); }

Result<EngineChoice> parseEngine(std::string_view text) {
  const std::size_t at = text.find('@');
  std::string_view id = text.substr(0, at);
  for (const Alias& alias : kAliases)
    if (id == alias.id) id = alias.engine;
  const auto engines = matrixEngines();
  const auto found = std::ranges::find(engines, id, [](const MatrixEngine* engine) { return engine->id; });
  if (found == engines.end())
    return fail(Errc::Usage, fmt::format("a matrix engine expected ({}), found {}", allIds(), printable(id)));
  const MatrixEngine& engine = **found;
  if (at == std::string_view::npos) return EngineChoice{&engine, &engine.units.front()};
  const std::string_view format = text.substr(at + 1);
  if (const EngineUnit* unit = engine.unitFor(format)) return EngineChoice{&engine, unit};
  std::string formats;
  for (const EngineUnit& unit : engine.units) formats += fmt::format("{}{}", formats.empty() ? "" : ", ", unit.format);
  return fail(Errc::Usage, fmt::format("{} multiplies {}; found {}", engine.id, formats, printable(format)));
}

const NumberFormat& inputFormatOf(const EngineUnit& unit) {
  const NumberFormat* format = findFormat(unit.format);
  assert(format);
  return *format;
}

}  // namespace ulpscope
