// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/hdf5_worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/hdf5_protocol.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kProgram = "ulpscope-hdf5";

std::string systemMessage(int error) { return std::generic_category().message(error); }

class Descriptor {
 public:
  explicit Descriptor(int descriptor = -1) : m_descriptor(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (m_descriptor >= 0) ::close(std::exchange(m_descriptor, -1));
  }
  int get() const { return m_descriptor; }
  explicit operator bool() const { return m_descriptor >= 0; }

  /// The same, above the numbers that the worker's descriptors get: copying one there cannot overwrite another.
  static Descriptor above(int descriptor) { return Descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, 16)); }

 private:
  int m_descriptor;
};

/// Beside the running program, or where an installed one has its helpers.
Result<std::string> findProgram(const std::string& subject) {
  std::error_code unknown;
  const fs::path folder = fs::read_symlink("/proc/self/exe", unknown).parent_path();
  const std::array places{folder / kProgram, folder.parent_path() / "libexec" / "ulpscope" / kProgram};
  for (const fs::path& place : places)
    if (::access(place.c_str(), X_OK) == 0) return place.string();
  return fail(Errc::Unsupported,
              fmt::format("HDF5 files are read by the program {}, which is not installed (neither {} nor {})", kProgram,
                          printable(places[0].string()), printable(places[1].string())),
              subject);
}

/// A copy in memory that nobody can change any more, for bytes that are nowhere in a file as they are.
Result<Descriptor> copyToMemory(const ByteSource& file, const OpenContext& context) {
  const std::uint64_t limit = context.options.limits.inflatedBytes;
  if (file.size() > limit)
    return fail(Errc::LimitExceeded,
                fmt::format("at most {} bytes of compressed HDF5 expected, {} found", limit, file.size()), file.name());
  Descriptor memory(::memfd_create("ulpscope-hdf5", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory) return fail(Errc::Io, fmt::format("no memory file: {}", systemMessage(errno)), file.name());
  std::vector<std::byte> block(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), 1 << 20)));
  for (std::uint64_t at = 0; at < file.size();) {
    if (auto going = context.job.step(0); !going) return tl::unexpected(std::move(going.error()));
    const auto part =
        std::span(block).first(static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), file.size() - at)));
    if (auto read = file.read(at, part); !read) return tl::unexpected(std::move(read.error()));
    for (auto left = std::span<const std::byte>(part); !left.empty();) {
      const ssize_t written = ::pwrite(memory.get(), left.data(), left.size(), static_cast<off_t>(at));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return fail(Errc::OutOfMemory, "more memory was needed than there is", file.name());
      at += static_cast<std::uint64_t>(written);
      left = left.subspan(static_cast<std::size_t>(written));
    }
  }
  if (::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
    return fail(Errc::Io, fmt::format("the memory file cannot be sealed: {}", systemMessage(errno)), file.name());
  return memory;
}

/// The running worker: ended and reaped whatever happens here.
class Process {
 public:
  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (m_id > 0) end();
  }

  Result<> start(const std::string& program, const std::vector<std::string>& words, int file, int answer,
                 const std::string& subject) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    char* const noEnvironment[] = {nullptr};

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0)
      return fail(Errc::OutOfMemory, "more memory was needed than there is", subject);
    // The signals as they are for a new program, whatever this one blocks or ignores.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (failed == 0) failed = posix_spawn_file_actions_adddup2(&actions, answer, hdf5::kAnswerDescriptor);
    if (failed == 0) failed = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (failed == 0) failed = posix_spawn_file_actions_adddup2(&actions, file, hdf5::kFileDescriptor);
    if (failed == 0) failed = posix_spawn_file_actions_addclosefrom_np(&actions, hdf5::kFileDescriptor + 1);
    if (failed == 0)
      failed = posix_spawn(&m_id, program.c_str(), &actions, &attributes, arguments.data(), noEnvironment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed == 0) return {};
    m_id = -1;
    return fail(Errc::Io, fmt::format("{} could not be started: {}", kProgram, systemMessage(failed)), subject);
  }

  /// Waits for a process that has closed its answer, up to `deadline`. Its status, as waitpid has it; nullopt if the
  /// time is over, or if its parent is not told (who ignores SIGCHLD).
  std::optional<int> wait(Clock::time_point deadline) {
    for (std::chrono::milliseconds pause{0};; pause = std::min(pause + pause + std::chrono::milliseconds(1), kTick)) {
      int status = 0;
      const pid_t got = ::waitpid(m_id, &status, WNOHANG);
      if (got == m_id) {
        m_id = -1;
        return status;
      }
      if (got < 0 && errno != EINTR) {
        m_id = -1;
        return std::nullopt;
      }
      if (Clock::now() >= deadline) return std::nullopt;
      ::poll(nullptr, 0, static_cast<int>(pause.count()));
    }
  }

  void end() {
    ::kill(m_id, SIGKILL);
    while (::waitpid(m_id, nullptr, 0) < 0 && errno == EINTR) {
    }
    m_id = -1;
  }

  static constexpr std::chrono::milliseconds kTick{20};

 private:
  pid_t m_id = -1;
};

tl::unexpected<Error> outOfTime(std::chrono::milliseconds patience, const std::string& subject) {
  return fail(Errc::LimitExceeded,
              fmt::format("the HDF5 library was still at it after {} s and was stopped",
                          static_cast<double>(patience.count()) / 1000),
              subject);
}

/// Reads until the worker closes its end.
Result<std::vector<std::byte>> readAnswer(int from, const OpenContext& context, const Hdf5WorkerOptions& options,
                                          Clock::time_point deadline, const std::string& subject) {
  std::vector<std::byte> answer;
  std::size_t got = 0;
  for (;;) {
    if (auto going = context.job.step(0); !going) return tl::unexpected(std::move(going.error()));
    if (Clock::now() >= deadline) return outOfTime(options.patience, subject);
    pollfd waiting{from, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(Process::kTick.count()));
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    if (got == answer.size()) {
      if (got > options.answerBytes)
        return fail(
            Errc::LimitExceeded,
            fmt::format("at most {} bytes about the structure of the file expected, more found", options.answerBytes),
            subject);
      answer.resize(std::max<std::size_t>(64 << 10, got * 2));
    }
    const ssize_t count = ::read(from, answer.data() + got, answer.size() - got);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0)
      return fail(Errc::Io, fmt::format("{} cannot be heard: {}", kProgram, systemMessage(errno)), subject);
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  answer.resize(got);
  return answer;
}

/// What became of the worker, unless it ended by itself and well.
Result<> judge(std::optional<int> status, const std::string& subject) {
  if (!status || (WIFEXITED(*status) && WEXITSTATUS(*status) == 0)) return {};
  if (WIFEXITED(*status))
    return fail(Errc::Corrupt,
                fmt::format("the HDF5 library gave up on this file (exit code {})", WEXITSTATUS(*status)), subject);
  switch (const int signal = WTERMSIG(*status)) {
    case SIGXCPU:
      return fail(Errc::LimitExceeded, "the HDF5 library computed for 10 s without an end and was stopped", subject);
    case SIGSYS:
      return fail(
          Errc::Corrupt,
          "the HDF5 library was stopped when this file made it ask for what no reader needs (signal 31); nothing "
          "else was affected",
          subject);
    default:
      return fail(Errc::Corrupt,
                  fmt::format("the HDF5 library crashed on this file (signal {}, {}); nothing else was affected",
                              signal, ::strsignal(signal)),
                  subject);
  }
}

}  // namespace

Result<std::vector<std::byte>> askHdf5Worker(const std::shared_ptr<const ByteSource>& file, const OpenContext& context,
                                             const Hdf5WorkerOptions& options) {
  const std::string& subject = file->name();
  const Result<std::string> program = findProgram(subject);
  if (!program) return tl::unexpected(program.error());

  std::optional<ByteSource::Extent> extent = file->extent();
  Descriptor source;
  if (extent) {
    source = Descriptor::above(extent->descriptor);
  } else {
    auto memory = copyToMemory(*file, context);
    if (!memory) return tl::unexpected(std::move(memory.error()));
    source = Descriptor::above(memory->get());
    extent = ByteSource::Extent{source.get(), 0};
  }
  std::array<int, 2> ends{-1, -1};
  if (!source || ::pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(Errc::Io, fmt::format("no pipe to {}: {}", kProgram, systemMessage(errno)), subject);
  const Descriptor reading(ends[0]);
  Descriptor lowWriting(ends[1]);
  Descriptor writing = Descriptor::above(ends[1]);
  lowWriting.close();
  if (!writing) return fail(Errc::Io, fmt::format("no pipe to {}: {}", kProgram, systemMessage(errno)), subject);

  std::vector<std::string> words{std::string(kProgram)};
  if (options.selfTest.empty())
    for (std::string word : {std::string("list"), std::to_string(extent->offset), std::to_string(file->size()),
                             std::string(context.options.allowDamaged ? "lenient" : "strict")})
      words.push_back(std::move(word));
  else
    words.insert(words.end(), {"self-test", options.selfTest});

  Process process;
  if (auto started = process.start(*program, words, source.get(), writing.get(), subject); !started)
    return tl::unexpected(std::move(started.error()));
  writing.close();  // so that the worker's is the last

  const Clock::time_point deadline = Clock::now() + options.patience;
  auto answer = readAnswer(reading.get(), context, options, deadline, subject);
  if (!answer) return answer;  // and the process ends with it
  const std::optional<int> status = process.wait(deadline);
  if (auto sound = judge(status, subject); !sound) return tl::unexpected(std::move(sound.error()));
  return answer;
}

}  // namespace ulpscope
