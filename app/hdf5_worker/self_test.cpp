// SPDX-License-Identifier: Apache-2.0
#include "app/hdf5_worker/self_test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "app/hdf5_worker/answer_writer.h"

namespace ulpscope::hdf5 {
namespace {

[[noreturn]] void report(bool refused) {
  const int error = errno;
  fail(FailureKind::Corrupt, refused ? std::string("refused: ") + std::strerror(error) : "the sandbox let it through");
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winfinite-recursion"
[[gnu::noinline]] int overflowStack(int depth) {  // NOLINT: that it never returns is its purpose
  volatile char room[4096];
  room[0] = static_cast<char>(depth);
  return overflowStack(depth + 1) + room[0];
}
#pragma GCC diagnostic pop

}  // namespace

void misbehave(std::string_view how) {
  errno = 0;
  if (how == "open") report(::open("/etc/passwd", O_RDONLY) < 0);
  if (how == "write") report(::open("/tmp/ulpscope-hdf5-was-here", O_WRONLY | O_CREAT, 0600) < 0);
  if (how == "write-file") report(::write(kFileDescriptor, "x", 1) < 0);
  if (how == "read-other") {
    char byte = 0;
    report(::read(0, &byte, 1) < 0);
  }
  if (how == "kill-parent") report(::kill(::getppid(), SIGTERM) < 0);
  if (how == "code-memory")
    report(::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
  if (how == "socket") report(::socket(AF_INET, SOCK_STREAM, 0) < 0);
  if (how == "fork") report(::fork() < 0);
  if (how == "exec") {
    ::execl("/bin/true", "true", nullptr);
    report(true);
  }
  if (how == "memory") {
    void* volatile memory = std::malloc(std::size_t{10'000'000'000});  // volatile: clang leaves unused memory out
    report(memory == nullptr);
  }
  if (how == "throw-memory") {
    const std::string most(std::size_t{10'000'000'000}, 'x');
    report(most.empty());
  }
  if (how == "segfault") ::raise(SIGSEGV);
  if (how == "crash") {
    int* volatile nowhere = nullptr;  // volatile: compilers refuse what they see through
    *nowhere = 1;
  }
  if (how == "abort") std::abort();
  if (how == "stack") std::exit(overflowStack(0));
  if (how == "silence") _exit(0);
  if (how == "flood")
    for (const std::string much(1 << 20, 'x');;) writeRecord(RecordKind::Problem, Payload().text("").text(much));
  if (how == "sleep")
    for (sigset_t none;;) {
      sigemptyset(&none);
      sigsuspend(&none);
    }
  for (volatile unsigned long turns = 0;;) turns = turns + 1;  // "loop"
}

}  // namespace ulpscope::hdf5
