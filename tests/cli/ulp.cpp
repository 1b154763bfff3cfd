// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/ulp.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/core/temporary_folder.h"
#include "tests/source_path.h"

extern char** environ;

namespace ulpscope::test {
namespace {

pid_t spawn(const std::string& program, const std::vector<std::string>& arguments, const std::string& out,
            const std::string& err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error(std::strerror(failed));
  return child;
}

Outcome run(const std::string& program, const std::vector<std::string>& arguments,
            std::optional<Interruption> interruption) {
  const TemporaryFolder folder;
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  const pid_t child = spawn(program, arguments, out, err);
  if (interruption) {
    std::this_thread::sleep_for(interruption->after);
    kill(child, interruption->signal);
  }
  int status = 0;
  waitpid(child, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, TemporaryFolder::read(out), TemporaryFolder::read(err)};
}

}  // namespace

Outcome ulp(const std::vector<std::string>& arguments, std::optional<Interruption> interruption) {
  return run(ULPSCOPE_ULP, arguments, interruption);
}

Outcome ulpWithDevice(const std::vector<std::string>& arguments) {
  // The module is looked for beside the program. Names of one's own, as tests run side by side.
  const std::filesystem::path program =
      std::filesystem::path(ULPSCOPE_CUDA_ON_CPU) / ("ulp-" + std::to_string(getpid()));
  std::filesystem::create_hard_link(ULPSCOPE_ULP, program);
  std::vector<std::string> words = arguments;
  words.insert(words.end(), {"--threads", "1"});
  Outcome outcome = run(program.string(), words, {});
  std::filesystem::remove(program);
  return outcome;
}

std::string samplePath() { return sourcePath("resources/samples/tiny-lm"); }

std::string bytesOf(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

void writeFloats(const std::filesystem::path& path, const std::vector<float>& values) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(values.size()) + ",), }";
  header.append(63 - (10 + header.size()) % 64, ' ');  // the data start at a multiple of 64
  header += '\n';
  std::string file = "\x93NUMPY\x01";
  file += '\0';
  file += static_cast<char>(header.size() & 0xFF);
  file += static_cast<char>(header.size() >> 8);
  std::ofstream(path, std::ios::binary) << file << header << bytesOf(values);
}

Npy readNpyFile(const std::filesystem::path& path) {
  const std::string file = TemporaryFolder::read(path);
  if (!file.starts_with("\x93NUMPY") || file.size() < 10) throw std::runtime_error("not a .npy file: " + path.string());
  const auto length =
      static_cast<std::size_t>(static_cast<unsigned char>(file[8]) + 256 * static_cast<unsigned char>(file[9]));
  return {file.substr(10, length), file.substr(10 + length)};
}

}  // namespace ulpscope::test
