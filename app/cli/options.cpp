// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "core/base/text.h"

namespace ulpscope {
namespace {

/// "-inf", "-nan" and "-.5" are values, but would be read as short options. A leading space, which no option has, keeps
/// them apart; `argument` takes it off again. ("-27.5" CLI11 knows as a number.)
std::string guarded(std::string argument) {
  std::string lower = argument;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool isValue = lower == "-inf" || lower == "-infinity" || lower == "-nan" || lower.starts_with("-.");
  return isValue ? " " + argument : argument;
}

std::string unguarded(const std::string& argument) {
  return argument.starts_with(" -") ? argument.substr(1) : argument;
}

/// CLI11 says only that a command is missing; which there are, and what was found instead, helps more.
Result<> checkCommandName(std::span<const CommandInfo* const> commands, const std::vector<std::string>& arguments) {
  std::string names;
  for (const CommandInfo* info : commands) {
    if (!arguments.empty() && arguments.front() == info->name) return {};
    names += (names.empty() ? "" : ", ") + std::string(info->name);
  }
  if (arguments.empty()) return fail(Errc::Usage, fmt::format("a command expected ({}), see --help", names));
  if (arguments.front().starts_with('-')) return {};
  return fail(Errc::Usage, fmt::format("a command expected ({}), found {}", names, printable(arguments.front())));
}

void configure(CLI::App& app, const CommandInfo& info, Invocation& common) {
  app.footer(fmt::format("Example:\n  {}", info.example));
  app.add_flag("--json", common.json, "Print one JSON document and nothing else");
  app.add_option("--backend", common.backend, "Who computes: auto, reference, cpu, cuda or cuda:N")->option_text("ID");
  app.add_option("--threads", common.threads, "Threads to use (default: all)")
      ->option_text("N")
      ->check(CLI::Range(1, 4096));
}

}  // namespace

void Options::argument(const std::string& name, std::string& target, const std::string& help) {
  m_app.add_option_function<std::string>(
           name, [&target](const std::string& text) { target = unguarded(text); }, help)
      ->required()
      ->option_text(" ");
}

void Options::arguments(const std::string& name, std::vector<std::string>& target, const std::string& help,
                        bool required) {
  m_app
      .add_option_function<std::vector<std::string>>(
          name,
          [&target](std::vector<std::string> texts) {
            std::ranges::transform(texts, texts.begin(), unguarded);
            target = std::move(texts);
          },
          help)
      ->required(required)
      ->option_text("...");
}

void Options::option(const std::string& name, const std::string& value, std::string& target, const std::string& help) {
  const std::string shown = target.empty() ? help : fmt::format("{} (default: {})", help, target);
  m_app.add_option(name, target, shown)->option_text(value);
}

void Options::required(const std::string& name, const std::string& value, std::string& target,
                       const std::string& help) {
  m_app.add_option(name, target, help)->required()->option_text(value);
}

void Options::option(const std::string& name, const std::string& value, std::optional<std::string>& target,
                     const std::string& help) {
  m_app.add_option(name, target, help)->option_text(value);
}

void Options::option(const std::string& name, const std::string& value, std::optional<std::uint64_t>& target,
                     const std::string& help) {
  m_app.add_option(name, target, help)->option_text(value);
}

void Options::repeated(const std::string& name, const std::string& value, std::vector<std::string>& target,
                       const std::string& help) {
  // One value each time, or the option would swallow the arguments that follow.
  m_app.add_option(name, target, help)->option_text(value)->expected(1)->take_all();
}

void Options::list(const std::string& name, const std::string& value, std::vector<std::string>& target,
                   const std::string& help) {
  m_app.add_option(name, target, help)->option_text(value)->expected(1)->take_all()->delimiter(',');
}

void Options::flag(const std::string& name, bool& target, const std::string& help) {
  m_app.add_flag(name, target, help);
}

Result<ParsedCommandLine> parseCommandLine(std::span<const CommandInfo* const> commands,
                                           std::vector<std::string> arguments) {
  if (auto named = checkCommandName(commands, arguments); !named) return tl::unexpected(named.error());
  CLI::App app{"ulp, the command line of Ulpscope: what number formats do to numbers, tensors and whole models", "ulp"};
  app.set_version_flag("--version", "ulp " ULPSCOPE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Example:\n  ulp explain -27.15625 --format float16\n\n`ulp COMMAND --help` has an example for each command.");

  std::vector<Invocation> invocations(commands.size());
  std::vector<CLI::App*> subcommands;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const CommandInfo& info = *commands[i];
    CLI::App& sub = *app.add_subcommand(std::string(info.name), std::string(info.summary));
    invocations[i].command = info.make();
    Options options(sub);
    invocations[i].command->declare(options);
    configure(sub, info, invocations[i]);
    subcommands.push_back(&sub);
  }

  std::ranges::transform(arguments, arguments.begin(), guarded);
  std::ranges::reverse(arguments);  // as CLI11 wants them
  try {
    app.parse(arguments);
  } catch (const CLI::Success& success) {  // help and version
    if (dynamic_cast<const CLI::CallForVersion*>(&success)) return ParsedCommandLine{{}, app.version() + "\n"};
    const CLI::App* asked = &app;
    for (const CLI::App* sub : subcommands)
      if (sub->parsed()) asked = sub;
    return ParsedCommandLine{{}, asked == &app ? app.help() : asked->help("ulp")};
  } catch (const CLI::ParseError& error) {
    std::string sentence = error.what();
    std::ranges::replace(sentence, '\n', ' ');
    return fail(Errc::Usage, sentence + " (see --help)");
  }
  for (std::size_t i = 0; i < commands.size(); ++i)
    if (subcommands[i]->parsed()) return ParsedCommandLine{std::move(invocations[i]), {}};
  return fail(Errc::Usage, "a command was expected (see --help)");
}

}  // namespace ulpscope
