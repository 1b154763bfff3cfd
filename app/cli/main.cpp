// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <new>

#include "app/backends/choose_backend.h"
#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/options.h"
#include "app/cli/progress_line.h"
#include "core/base/text.h"

namespace ulpscope {

void CommandContext::warn(std::string_view sentence) const {
  fmt::print(stderr, "ulp: warning: {}\n", printable(sentence, 4096));
}

namespace {

int exitCodeOf(Errc code) {
  switch (code) {
    case Errc::Usage:
      return 2;
    case Errc::Unsupported:
    case Errc::OutsideLink:
      return 3;
    case Errc::Cancelled:
      return 130;
    default:
      return 1;
  }
}

Result<> print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return fail(Errc::Io, fmt::format("could not be written: {}", std::strerror(errno)), "standard output");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> runCommand(Invocation& invocation, const std::stop_token& stop) {
  auto backend = chooseBackend(invocation.backend, invocation.threads);
  if (!backend) return tl::unexpected(backend.error());
  Progress progress;
  const ProgressLine line(progress);
  CommandContext context{.json = invocation.json,
                         .backend = **backend,
                         .terminal = Terminal::of(STDOUT_FILENO),
                         .job = {stop, &progress},
                         .otherBackend = [&](std::string_view id) { return chooseBackend(id, invocation.threads); },
                         .output = {}};
  if (auto done = invocation.command->run(context); !done) return tl::unexpected(done.error());
  return std::move(context.output);
}

Result<> runCommandLine(std::vector<std::string> arguments) {
  auto parsed = parseCommandLine(commandRegistry(), std::move(arguments));
  if (!parsed) return tl::unexpected(parsed.error());
  if (!parsed->invocation) return print(parsed->text);
  const Interrupt interrupt;
  const auto output = runCommand(*parsed->invocation, interrupt.token());
  return output ? print(*output) : tl::unexpected(output.error());
}

}  // namespace
}  // namespace ulpscope

int main(int argc, char** argv) {
  using namespace ulpscope;
  Result<> done;
  try {
    done = runCommandLine({argv + 1, argv + argc});
  } catch (const std::bad_alloc&) {
    done = fail(Errc::OutOfMemory, "more memory was needed than there is");
  } catch (const std::exception& exception) {  // libraries under us; ours return errors
    done = fail(Errc::Io, exception.what());
  }
  if (done) return 0;
  // A subject that is a file name may hold anything; the message is ours, but quotes what was found.
  fmt::print(stderr, "ulp: {}\n", printable(describe(done.error()), 4096));
  return exitCodeOf(done.error().code);
}
