// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/cli/command.h"
#include "app/cli/explanation_text.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/formats/block_bytes.h"
#include "core/formats/block_input.h"
#include "core/formats/explain_block.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

constexpr std::size_t kMostNumbers = 4096;

/// What was asked for, and what became of it.
struct BlockReport {
  const BlockFormat* format;
  ScaleMode mode;
  BlockLayout layout;
  std::vector<QuantizedBlock> blocks;
  std::vector<ByteRow> bytes;

  double meanSquaredError() const {
    double sum = 0;
    std::size_t count = 0;
    for (const QuantizedBlock& block : blocks) {
      sum += block.squaredError;
      for (const BlockElement& element : block.elements) count += std::isfinite(element.error) ? 1 : 0;
    }
    return count == 0 ? 0 : sum / static_cast<double>(count);
  }
};

std::string elementValue(const BlockFormat& format, const BlockElement& element) {
  return shortest(std::ldexp(toDouble(format.element->decode(element.outcome.code)), format.elementExponent));
}

Json blockJson(const QuantizedBlock& block) {
  const BlockFormat& format = *block.format;
  Json steps = Json::array(), elements = Json::array();
  for (const ExplanationStep& step : explainBlock(block)) steps.push_back({{"title", step.title}, {"text", step.text}});
  for (std::size_t i = 0; i < block.elements.size(); ++i) {
    const BlockElement& element = block.elements[i];
    elements.push_back({{"input", jsonNumber(double{element.input})},
                        {"scaled", jsonNumber(element.scaled)},
                        {"code", codeText(*format.element, element.outcome.code)},
                        {"bits", bitsText(*format.element, element.outcome.code)},
                        {"element", elementValue(format, element)},
                        {"restored", jsonNumber(element.restored)},
                        {"error", jsonNumber(element.error)},
                        {"saturated", element.outcome.overflowed},
                        {"text", explainElement(block, i)}});
  }
  Json json{{"largest", jsonNumber(double{block.largest})},
            {"largestAt", block.largestAt},
            {"scale", jsonNumber(block.scale)},
            {"scaleCode", codeText(*format.scale, block.scaleCode)},
            {"squaredError", jsonNumber(block.squaredError)}};
  if (block.otherSquaredError) {
    json["usesFour"] = block.usesFour;
    json["otherSquaredError"] = jsonNumber(*block.otherSquaredError);
  }
  json["steps"] = std::move(steps);
  json["elements"] = std::move(elements);
  return json;
}

Json reportJson(const BlockReport& report) {
  Json blocks = Json::array(), bytes = Json::array();
  for (const QuantizedBlock& block : report.blocks) blocks.push_back(blockJson(block));
  for (const ByteRow& row : report.bytes)
    bytes.push_back({{"part", row.part}, {"offset", row.offset}, {"byte", row.byte}, {"holds", row.holds}});
  return {
      {"format", report.format->id},
      {"scaleMode", idOf(report.mode)},
      {"layout", idOf(report.layout)},
      {"blockSize", report.format->blockSize},
      {"bitsPerElement", report.format->bitsPerElement()},
      {"tensorScale", report.format->hasTensorScale ? jsonNumber(double{report.blocks.front().tensorScale}) : Json()},
      {"meanSquaredError", jsonNumber(report.meanSquaredError())},
      {"blocks", std::move(blocks)},
      {"bytes", std::move(bytes)}};
}

std::string blockText(const QuantizedBlock& block, std::size_t first, const Terminal& terminal) {
  const BlockFormat& format = *block.format;
  std::string out;
  const std::vector<ExplanationStep> steps = explainBlock(block);
  for (std::size_t i = 0; i < steps.size(); ++i)
    out +=
        fmt::format("  {} {:<10} {}\n", i + 1, steps[i].title, terminal.wrapped(withoutBackticks(steps[i].text), 15));
  Table table{.header = {"#", "input", "/ scale", "code", "bits", "element", "restored", "error"}, .rows = {}};
  for (std::size_t i = 0; i < block.elements.size(); ++i) {
    const BlockElement& element = block.elements[i];
    table.rows.push_back({std::to_string(first + i), shortAsFloat(element.input), shortAsFloat(element.scaled),
                          codeText(*format.element, element.outcome.code),
                          bitsText(*format.element, element.outcome.code), elementValue(format, element),
                          shortAsFloat(element.restored), fmt::format("{:.4g}", element.error)});
  }
  return out + "\n" + indented(terminal.table(table, "rrrllrrr"), 2);
}

/// The bytes of each part, 16 a line.
std::string bytesText(const BlockReport& report, const Terminal& terminal) {
  std::string out = fmt::format("\n  bytes as in {}\n", titleOf(report.layout));
  std::string_view part;
  for (std::size_t i = 0; i < report.bytes.size(); ++i) {
    const ByteRow& row = report.bytes[i];
    if (row.part != part) out += fmt::format("{}  {}", i == 0 ? "" : "\n", terminal.strong(row.part));
    if (row.part != part || row.offset % 16 == 0) out += fmt::format("\n    {:04X} ", row.offset);
    part = row.part;
    out += fmt::format(" {:02X}", row.byte);
  }
  const auto first = std::ranges::find_if(report.bytes, [](const ByteRow& row) { return row.holds.starts_with("el"); });
  if (first != report.bytes.end()) out += fmt::format("\n    byte {:02X}: {}", first->offset, first->holds);
  return out + "\n";
}

std::string reportText(const BlockReport& report, const Terminal& terminal) {
  std::size_t count = 0;
  for (const QuantizedBlock& block : report.blocks) count += block.elements.size();
  std::string out =
      fmt::format("{} in {}, {}, scale mode {}\n", counted(count, "number"), terminal.strong(report.format->title),
                  counted(report.blocks.size(), "block"), idOf(report.mode));
  std::size_t first = 0;
  for (std::size_t i = 0; i < report.blocks.size(); ++i) {
    out += report.blocks.size() == 1 ? "\n" : fmt::format("\n{}\n", terminal.strong(fmt::format("Block {}", i)));
    out += blockText(report.blocks[i], first, terminal);
    first += report.blocks[i].elements.size();
  }
  out += bytesText(report, terminal);
  return out + fmt::format("\n  mean squared error {:.6g}, {} bits an element\n", report.meanSquaredError(),
                           report.format->bitsPerElement());
}

class BlockCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments("NUMBERS", m_numbers, "Up to 4,096 decimals or hex floats, rounded to float32 first", true);
    options.required("--format", "ID", m_format, blockFormatIds());
    options.option("--scale-mode", "MODE", m_mode,
                   "floor (default), ceil, even or rceil; nvfp4: plain (default) or four_over_six");
    options.option("--layout", "LAYOUT", m_layout, "Order of the bytes: ocp (default), bitsandbytes or ggml");
    options.option("--tensor-scale", "S", m_tensorScale,
                   "nvfp4: the tensor's scale; otherwise it follows from the numbers given");
  }

  Result<> run(CommandContext& context) override {
    const auto report = read();
    if (!report) return tl::unexpected(report.error());
    context.output = context.json ? documentText(reportJson(*report)) : reportText(*report, context.terminal);
    return {};
  }

 private:
  Result<BlockReport> read() const;
  Result<std::optional<float>> tensorScale(const BlockFormat& format) const;

  std::vector<std::string> m_numbers;
  std::string m_format;
  std::optional<std::string> m_mode;
  std::string m_layout = "ocp";
  std::optional<std::string> m_tensorScale;
};

Result<ScaleMode> modeOf(const BlockFormat& format, const std::optional<std::string>& id) {
  if (!id) return format.modes.front();
  const auto mode = findScaleMode(*id);
  if (mode && std::ranges::find(format.modes, *mode) != format.modes.end()) return *mode;
  std::string known;
  for (const ScaleMode each : format.modes) known += fmt::format("{}{}", known.empty() ? "" : ", ", idOf(each));
  return fail(Errc::Usage, fmt::format("a scale mode of {} expected ({}), found {}", format.id, known, printable(*id)));
}

Result<std::optional<float>> BlockCommand::tensorScale(const BlockFormat& format) const {
  if (!m_tensorScale) return std::nullopt;
  if (!format.hasTensorScale)
    return fail(Errc::Usage, fmt::format("no --tensor-scale expected for {}, which has none", format.id));
  const auto scale = parseFloats(*m_tensorScale, 1);
  if (!scale) return tl::unexpected(scale.error());
  if (!std::isnormal(scale->front()) || scale->front() < 0)
    return fail(Errc::Usage, "a positive tensor scale expected", *m_tensorScale);
  return scale->front();
}

Result<BlockReport> BlockCommand::read() const {
  const auto format = blockFormatOf(m_format);
  if (!format) return tl::unexpected(format.error());
  const auto mode = modeOf(**format, m_mode);
  if (!mode) return tl::unexpected(mode.error());
  const auto layout = findBlockLayout(m_layout);
  if (!layout)
    return fail(Errc::Usage, fmt::format("a layout expected (ocp, bitsandbytes, ggml), found {}", printable(m_layout)));
  const auto shared = tensorScale(**format);
  if (!shared) return tl::unexpected(shared.error());
  std::string text;
  for (const std::string& word : m_numbers) text += word + " ";
  const auto values = parseFloats(text, kMostNumbers);
  if (!values) return tl::unexpected(values.error());

  BlockReport report{*format, *mode, *layout, quantizeBlocks(**format, *values, *mode, *shared), {}};
  auto bytes = layOut(report.blocks, *layout);
  if (!bytes) return tl::unexpected(std::move(bytes.error()));
  report.bytes = std::move(*bytes);
  return report;
}

}  // namespace

const CommandInfo& block_entry() {
  static const CommandInfo info{"block", "Numbers that share a scale: MX formats and NVFP4, down to their bytes",
                                "ulp block 0.1 -0.7 2.5 5.3 --format mxfp4 --scale-mode rceil",
                                makeCommand<BlockCommand>};
  return info;
}

}  // namespace ulpscope
