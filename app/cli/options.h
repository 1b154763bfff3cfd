// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/command.h"

namespace CLI {
class App;
}

namespace ulpscope {

/// The options of one command, bound to the members that receive them. A thin face of CLI11, whose header is slow to
/// compile and stays in options.cpp. `value` is the placeholder in the help: "FILE".
class Options {
 public:
  explicit Options(CLI::App& app) : m_app(app) {}

  void argument(const std::string& name, std::string& target, const std::string& help);
  void arguments(const std::string& name, std::vector<std::string>& target, const std::string& help,
                 bool required = false);
  void option(const std::string& name, const std::string& value, std::string& target, const std::string& help);
  void required(const std::string& name, const std::string& value, std::string& target, const std::string& help);
  void option(const std::string& name, const std::string& value, std::optional<std::string>& target,
              const std::string& help);
  void option(const std::string& name, const std::string& value, std::optional<std::uint64_t>& target,
              const std::string& help);
  /// May be given several times.
  void repeated(const std::string& name, const std::string& value, std::vector<std::string>& target,
                const std::string& help);
  /// Comma-separated, and may be given several times.
  void list(const std::string& name, const std::string& value, std::vector<std::string>& target,
            const std::string& help);
  void flag(const std::string& name, bool& target, const std::string& help);

 private:
  CLI::App& m_app;
};

/// A command line that asks for something to be run.
struct Invocation {
  std::unique_ptr<Command> command;
  bool json = false;
  std::string backend = "auto";
  std::optional<std::uint64_t> threads;
};

/// Help and version are texts to print; anything wrong is a Usage error.
struct ParsedCommandLine {
  std::optional<Invocation> invocation;
  std::string text;
};
Result<ParsedCommandLine> parseCommandLine(std::span<const CommandInfo* const> commands,
                                           std::vector<std::string> arguments);

}  // namespace ulpscope
