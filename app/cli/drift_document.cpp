// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/drift_document.h"

#include <fmt/format.h>

#include <cmath>

#include "core/base/text.h"

namespace ulpscope {
namespace {

Json boundsJson(const std::vector<DriftBound>& bounds) {
  Json all = Json::array();
  for (const DriftBound& bound : bounds) {
    Json one{{"id", idOf(bound.kind)}, {"relativeFrobenius", jsonNumber(bound.value)}, {"holds", bound.whyNot.empty()}};
    if (!bound.whyNot.empty()) one["whyNot"] = bound.whyNot;
    all.push_back(std::move(one));
  }
  return all;
}

Json errorJson(const ProductError& error) {
  return {{"relativeFrobenius", jsonNumber(error.relativeFrobenius)},
          {"maxAbsolute", jsonNumber(error.maxAbsolute)},
          {"maxRelative", jsonNumber(error.maxRelative)},
          {"maxUlp", jsonNumber(error.maxUlp)},
          {"meanRelative", jsonNumber(error.meanRelative)},
          {"exact", error.exact},
          {"excluded", error.excluded}};
}

Json seriesJson(const DriftSeries& series) {
  const InputCounts& inputs = series.product.inputs;
  Json json{{"id", series.engine.engine->id},
            {"format", series.engine.unit->format},
            {"series", series.engine.id()},
            {"name", series.engine.engine->title},
            {"evidence", idOf(series.engine.engine->evidence)}};
  json.update(errorJson(series.error));
  json["inputs"] = {{"elements", inputs.elements},
                    {"rounded", inputs.rounded},
                    {"overflowed", inputs.overflowed},
                    {"underflowed", inputs.underflowed}};
  if (series.sums) json["sums"] = errorJson(*series.sums);
  json["bounds"] = boundsJson(series.bounds);
  return json;
}

std::string numberText(double value) { return std::isfinite(value) ? fmt::format("{:.3g}", value) : "-"; }

std::vector<std::string> errorCells(std::string name, const ProductError& error) {
  return {std::move(name), numberText(error.relativeFrobenius), numberText(error.maxAbsolute), numberText(error.maxUlp),
          numberText(error.meanRelative)};
}

/// A table with a cell more or less in each row, and what stands below it.
class DriftTable {
 public:
  DriftTable(const DriftSettings& settings, const Drift& drift, const ProductDevice* device)
      : m_settings(settings), m_drift(drift), m_device(device) {
    m_table.header = {"engine", "relative", "max absolute", "max ulp", "bias", "bound"};
    if (settings.separatesSums) m_table.header.push_back("sums alone");
    if (device) m_table.header.insert(m_table.header.end(), {"differ", "by ulp"});
    for (std::size_t e = 0; e < drift.series.size(); ++e) {
      add(drift.series[e]);
      for (const MeasuredSeries& one : drift.measured)
        if (one.choice.beside == e) add(one);
    }
    if (device) m_notes += measuredNote();
  }

  std::string text(const Terminal& terminal) const {
    const std::string alignment = "l" + std::string(m_table.header.size() - 1, 'r');
    return fmt::format("{}{}", terminal.table(m_table, alignment),
                       m_notes.empty() ? "" : "\n" + terminal.muted(m_notes));
  }

 private:
  void add(const DriftSeries& series) {
    const bool hasBound = !series.bounds.empty() && series.bounds.front().whyNot.empty();
    auto cells = errorCells(series.engine.id(), series.error);
    cells.push_back(hasBound ? numberText(series.bounds.front().value) : "-");
    if (m_settings.separatesSums) cells.push_back(series.sums ? numberText(series.sums->relativeFrobenius) : "");
    addRow(std::move(cells));
    if (!hasBound && !series.bounds.empty())
      m_notes += fmt::format("{}: no bound, {}\n", series.engine.id(), series.bounds.front().whyNot);
    noteExcluded(series.engine.id(), series.error);
  }

  void add(const MeasuredSeries& series) {
    const ProductDifference& difference = series.difference;
    auto cells = errorCells(idOf(series.choice.product), series.error);
    cells.emplace_back("-");
    if (m_settings.separatesSums) cells.emplace_back("");
    cells.push_back(fmt::format("{} of {}", groupedDigits(difference.differing), groupedDigits(difference.elements)));
    cells.push_back(numberText(difference.maxUlp));
    addRow(std::move(cells));
    noteExcluded(idOf(series.choice.product), series.error);
  }

  void addRow(std::vector<std::string> cells) {
    cells.resize(m_table.header.size());
    m_table.rows.push_back(std::move(cells));
  }

  void noteExcluded(const std::string& name, const ProductError& error) {
    if (error.excluded != 0)
      m_notes += fmt::format("{}: {} not finite, left out\n", name, counted(error.excluded, "element"));
  }

  std::string measuredNote() const {
    std::string note = fmt::format("measured by {} on {} ({}.{}); differ: elements that are not those of its model",
                                   m_device->library, printable(m_device->name), m_device->major, m_device->minor);
    for (const MeasuredSeries& one : m_drift.measured)
      note += fmt::format("\n{}: its model is {}, K {}", idOf(one.choice.product), one.choice.model.id(),
                          one.choice.model.orderOr(m_settings.order).id());
    if (m_drift.measured.empty() && !m_drift.notMeasured) note += "\nnone of these engines has a counterpart there";
    return note + "\n";
  }

  const DriftSettings& m_settings;
  const Drift& m_drift;
  const ProductDevice* m_device;
  Table m_table;
  std::string m_notes;
};

}  // namespace

std::string_view idOf(MatrixEngine::Evidence evidence) {
  switch (evidence) {
    case MatrixEngine::Evidence::Definition:
      return "definition";
    case MatrixEngine::Evidence::Recorded:
      return "recorded";
    case MatrixEngine::Evidence::Published:
      break;
  }
  return "published";
}

Json enginesJson(const Drift& drift) {
  Json engines = Json::array();
  for (const DriftSeries& series : drift.series) engines.push_back(seriesJson(series));
  return engines;
}

Json measuredJson(const DriftSettings& settings, const Drift& drift, const ProductDevice& device) {
  Json products = Json::array();
  for (const MeasuredSeries& one : drift.measured) {
    Json json{{"id", idOf(one.choice.product)},
              {"format", formatOf(one.choice.product.operands)},
              {"beside", drift.series[one.choice.beside].engine.id()},
              {"model", one.choice.model.id()},
              {"order", one.choice.model.orderOr(settings.order).id()}};
    json.update(errorJson(one.error));
    json["difference"] = {{"elements", one.difference.elements},
                          {"differing", one.difference.differing},
                          {"maxUlp", jsonNumber(one.difference.maxUlp)}};
    products.push_back(std::move(json));
  }
  return {{"device", device.name},
          {"library", device.library},
          {"computeCapability", fmt::format("{}.{}", device.major, device.minor)},
          {"products", std::move(products)}};
}

std::string driftTable(const DriftSettings& settings, const Drift& drift, const ProductDevice* device,
                       const Terminal& terminal) {
  return DriftTable(settings, drift, device).text(terminal);
}

}  // namespace ulpscope
