// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "app/cli/calibration_option.h"
#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/recipe/recipe_survey.h"
#include "core/recipe/recipe_target.h"

namespace ulpscope {
namespace {

std::string targetIds() {
  std::vector<std::string_view> ids;
  for (const RecipeTarget* target : recipeTargets()) ids.push_back(target->id);
  return fmt::format("{}", fmt::join(ids, ", "));
}

Result<double> positiveNumber(const std::string& option, const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value <= 0)
    return fail(Errc::Usage, fmt::format("{}: a number above 0 expected, found {}", option, printable(text)));
  return value;
}

/// "0.4213 %".
std::string percent(double share) { return fmt::format("{:.4g} %", 100 * share); }

class RecipeCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_argument.declare(options);
    options.option("--bits", "B", m_bits, "The budget: bits per weight, on average over the tensors that get a scheme");
    options.option("--bytes", "N", m_bytes, "The budget: bytes for all tensors, those that are kept included");
    options.list(
        "--schemes", "ID,...", m_schemeTexts,
        "What a tensor may become: schemes, with knobs as in gptq:bits=3:group=64, and as_stored (default: what "
        "the tool can do)");
    m_calibration.declare(options);
    options.option("--for", "TOOL", m_targetId, "The tool that carries it out: " + targetIds());
    options.list("--keep", "GLOB,...", m_rules.keptNames, "Tensors that stay as they are stored (* and ?)");
    options.option("-o,--output", "FILE", m_output, "Write the file that the tool reads");
    options.flag("--force", m_force, "Replace the file if it exists");
  }

  Result<> run(CommandContext& context) override {
    auto budget = budgetOf();
    if (!budget) return tl::unexpected(budget.error());
    if (auto known = findTarget(); !known) return known;
    auto schemes = choices();
    if (!schemes) return tl::unexpected(schemes.error());
    auto checkpoint = m_argument.open(context.job);
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    if (m_output)
      if (auto free = checkFree(*m_output, m_force, filesReadBy(**checkpoint)); !free) return free;
    const auto calibration = m_calibration.open(context.job);
    if (!calibration) return tl::unexpected(calibration.error());

    auto survey =
        surveyForRecipe(**checkpoint, *std::move(schemes), m_rules, calibration->get(), context.backend, context.job);
    if (!survey) return tl::unexpected(survey.error());
    std::vector<std::size_t> groups;
    if (m_target) {
      *survey = restrictTo(*m_target, *survey);
      groups = groupsFor(*m_target, *survey);
    }
    const auto recipe = planRecipe(*survey, *budget, groups, context.job);
    if (!recipe) return tl::unexpected(recipe.error());
    const std::string file = m_target ? m_target->write(*survey, *recipe) : "";
    if (m_output)
      if (auto written = writeFile(*m_output, file, existing(m_force)); !written) return written;
    if (context.json)
      context.output = documentText(jsonOf(*survey, *recipe, file));
    else if (m_target && !m_output)
      context.output = file;
    else
      context.output = textOf(*survey, *recipe, context.terminal);
    return {};
  }

 private:
  Result<RecipeBudget> budgetOf() const {
    if (m_bits.has_value() == m_bytes.has_value())
      return fail(Errc::Usage, "a budget expected, either --bits or --bytes");
    if (m_bytes) return RecipeBudget{.bytes = *m_bytes};
    const auto bits = positiveNumber("--bits", *m_bits);
    if (!bits) return tl::unexpected(bits.error());
    return RecipeBudget{.bitsPerWeight = *bits};
  }

  Result<> findTarget() {
    if (m_targetId) m_target = findRecipeTarget(*m_targetId);
    if (m_targetId && !m_target)
      return fail(Errc::Usage, fmt::format("--for: one of {} expected, found {}", targetIds(), printable(*m_targetId)));
    if (m_output && !m_target) return fail(Errc::Usage, "--output needs --for TOOL, whose file it is");
    return {};
  }

  Result<std::vector<SchemeChoice>> choices() const {
    std::vector<std::string> texts = m_schemeTexts;
    if (texts.empty() && m_target) texts.assign(m_target->schemes.begin(), m_target->schemes.end());
    if (texts.empty()) texts.assign(usualRecipeSchemes().begin(), usualRecipeSchemes().end());
    std::vector<SchemeChoice> found;
    for (const std::string& text : texts) {
      auto choice = parseSchemeChoice(text);
      if (!choice) return tl::unexpected(choice.error());
      if (m_target && !m_target->takes(*choice))
        return fail(Errc::Usage, fmt::format("{} cannot do {}", m_target->id, printable(text)));
      // GPTQ and its like need to know the inputs: of the tool's own list they are left out without.
      const bool isMissing =
          choice->scheme && choice->scheme->info().calibration == CalibrationUse::Required && !m_calibration.text();
      if (isMissing && !m_schemeTexts.empty())
        return fail(Errc::Usage,
                    fmt::format("{} needs --calibration FILE, or --calibration synthetic", printable(text)));
      if (!isMissing) found.push_back(*std::move(choice));
    }
    const auto schemes =
        std::ranges::count_if(found, [](const SchemeChoice& choice) { return choice.scheme != nullptr; });
    if (m_target && m_target->hasOneScheme && schemes > 1)
      return fail(Errc::Usage, fmt::format("{} takes one scheme beside as_stored, found {}", m_target->id, schemes));
    if (found.empty())
      return fail(Errc::Usage,
                  fmt::format("{} needs --calibration FILE, or --calibration synthetic", m_target ? m_target->id : ""));
    return found;
  }

  Json jsonOf(const RecipeSurvey& survey, const Recipe& recipe, const std::string& file) const {
    Json tensors = Json::array();
    Json kept = Json::array();
    for (std::size_t i = 0; i < survey.tensors.size(); ++i) {
      const RecipeTensor& tensor = survey.tensors[i];
      if (!recipe.chosen[i]) {
        kept.push_back({{"name", tensor.name}, {"reason", tensor.kept}, {"bytes", tensor.storedBits / 8}});
        continue;
      }
      const RecipeOption& option = tensor.options[*recipe.chosen[i]];
      Json all = Json::array();
      for (const RecipeOption& each : tensor.options)
        all.push_back({{"scheme", ulpscope::textOf(survey.schemes[each.scheme])},
                       {"bitsPerWeight", each.bitsPerWeight},
                       {"error", each.error}});
      tensors.push_back({{"name", tensor.name},
                         {"scheme", ulpscope::textOf(survey.schemes[option.scheme])},
                         {"bitsPerWeight", option.bitsPerWeight},
                         {"error", option.error},
                         {"weighted", tensor.isWeighted},
                         {"elements", tensor.elements},
                         {"options", std::move(all)},
                         {"refused", tensor.refused}});
    }
    Json uniform = Json::array();
    for (const UniformPlan& plan : recipe.uniform)
      uniform.push_back({{"scheme", ulpscope::textOf(survey.schemes[plan.scheme])},
                         {"bitsPerWeight", plan.bitsPerWeight},
                         {"error", plan.error},
                         {"withinBudget", plan.isWithinBudget}});
    Json json{{"tensors", std::move(tensors)},
              {"kept", std::move(kept)},
              {"total",
               {{"tensors", recipe.tensors},
                {"elements", recipe.elements},
                {"bits", recipe.bits},
                {"bitsPerWeight", recipe.bitsPerWeight},
                {"bytes", recipe.totalBytes},
                {"error", recipe.error}}},
              {"gap", recipe.error - recipe.lowerBound},
              {"uniform", std::move(uniform)},
              {"synthetic", survey.isSynthetic}};
    if (m_target) json["file"] = {{"tool", m_target->id}, {"name", m_target->fileName}, {"text", file}};
    return json;
  }

  std::string textOf(const RecipeSurvey& survey, const Recipe& recipe, const Terminal& terminal) const {
    Table table{{"tensor", "elements", "scheme", "bits", "lost"}, {}};
    std::size_t weighted = 0;
    for (std::size_t i = 0; i < survey.tensors.size(); ++i) {
      const RecipeTensor& tensor = survey.tensors[i];
      if (!recipe.chosen[i] && tensor.shape.size() < 2) continue;
      std::vector<std::string> row{printable(tensor.name), groupedDigits(tensor.elements)};
      if (recipe.chosen[i]) {
        const RecipeOption& option = tensor.options[*recipe.chosen[i]];
        row.insert(row.end(), {ulpscope::textOf(survey.schemes[option.scheme]),
                               fmt::format("{:.4f}", option.bitsPerWeight), percent(option.error)});
        weighted += tensor.isWeighted ? 1 : 0;
      } else {
        row.insert(row.end(), {fmt::format("kept: {}", printable(tensor.kept)), "", ""});
      }
      table.rows.push_back(std::move(row));
    }
    std::string text = terminal.table(table, "lrlrr") + '\n';
    text += fmt::format(
        "{} at {:.4f} bits per weight, {} in all; {} lost on average, {}.\n", counted(recipe.tensors, "tensor"),
        recipe.bitsPerWeight, humanBytes(recipe.totalBytes), percent(recipe.error),
        recipe.isExact ? "the least that is possible"
                       : fmt::format("at most {} above the least possible", percent(recipe.error - recipe.lowerBound)));
    for (const UniformPlan& plan : recipe.uniform)
      text += fmt::format("  all {}: {:.4f} bits, {} lost{}\n", ulpscope::textOf(survey.schemes[plan.scheme]),
                          plan.bitsPerWeight, percent(plan.error), plan.isWithinBudget ? "" : ", above the budget");
    text += fmt::format("Lost: of the layer's output for {} ({}), of the weights for the others.\n",
                        counted(weighted, "tensor"),
                        survey.isSynthetic ? "inputs drawn, not recorded" : "by the calibration");
    if (m_output && m_target) text += fmt::format("{}: {}\n", printable(*m_output), m_target->usage);
    return text;
  }

  CheckpointArgument m_argument;
  std::optional<std::string> m_bits;
  std::optional<std::uint64_t> m_bytes;
  std::vector<std::string> m_schemeTexts;
  CalibrationOption m_calibration;
  std::optional<std::string> m_targetId;
  RecipeRules m_rules;
  std::optional<std::string> m_output;
  bool m_force = false;

  const RecipeTarget* m_target = nullptr;
};

}  // namespace

const CommandInfo& recipe_entry() {
  static const CommandInfo info{"recipe", "A scheme for each tensor within a budget",
                                "ulp recipe model.safetensors --bits 4.5 --calibration inputs.npz --for llama.cpp",
                                makeCommand<RecipeCommand>};
  return info;
}

}  // namespace ulpscope
