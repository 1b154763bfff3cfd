// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "app/cli/terminal.h"
#include "core/backend/backend.h"
#include "core/base/result.h"
#include "core/jobs/job.h"

namespace ulpscope {

class Options;

/// What a command runs with, and where it leaves what is to be printed.
struct CommandContext {
  bool json = false;  ///< one JSON document instead of text
  const Backend& backend;
  Terminal terminal;  ///< of standard output
  JobContext job;
  /// As --backend with this id would have chosen.
  std::function<Result<std::shared_ptr<const Backend>>(std::string_view id)> otherBackend = {};
  std::string output;  ///< printed once the command has succeeded, so that a failure leaves standard output empty

  /// A line on standard error that does not stop the command.
  void warn(std::string_view sentence) const;
};

/// One command of `ulp`: its options are declared before the command line is read, `run` follows.
class Command {
 public:
  virtual ~Command() = default;
  virtual void declare(Options& options) = 0;
  virtual Result<> run(CommandContext& context) = 0;
};

struct CommandInfo {
  std::string_view name;
  std::string_view summary;  ///< one sentence
  std::string_view example;  ///< a whole command line
  std::unique_ptr<Command> (*make)();
};

template <class T>
std::unique_ptr<Command> makeCommand() {
  return std::make_unique<T>();
}

/// Every command, in the order of `ulp --help`. One file a command, listed in app/cli/CMakeLists.txt.
std::span<const CommandInfo* const> commandRegistry();

}  // namespace ulpscope
