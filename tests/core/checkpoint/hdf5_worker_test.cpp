// SPDX-License-Identifier: Apache-2.0
//
// The worker that runs the HDF5 library, made to misbehave in every way that a hostile file might make it: it must be
// refused or die alone, and what happened must be said.
#include "core/checkpoint/hdf5_worker.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

#include "core/checkpoint/hdf5_answer.h"

namespace ulpscope {
namespace {

using namespace std::chrono_literals;

/// What is said after the worker was told to misbehave.
Result<Hdf5Listing> misbehave(const std::string& how, std::chrono::milliseconds patience = 30s, JobContext job = {}) {
  auto answer = askHdf5Worker(memorySource("hostile.h5", {}), {.job = std::move(job)},
                              {.patience = patience, .answerBytes = 1 << 20, .selfTest = how});
  if (!answer) return tl::unexpected(answer.error());
  return parseHdf5Answer(*memorySource("answer", std::move(*answer)), "hostile.h5");
}

void expectSaid(const std::string& how, Errc code, const std::string& part) {
  const auto outcome = misbehave(how);
  ASSERT_FALSE(outcome) << how;
  EXPECT_EQ(outcome.error().code, code) << how << ": " << outcome.error().message;
  EXPECT_NE(outcome.error().message.find(part), std::string::npos) << how << ": " << outcome.error().message;
}

int openDescriptors() {
  int count = 0;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  while (::readdir(folder.get()) != nullptr) ++count;
  return count;
}

TEST(Hdf5Worker, IsRefusedFilesWritesOtherDescriptorsSignalsAndExecutableMemory) {
  for (const std::string how : {"open", "write", "write-file", "read-other", "kill-parent", "code-memory"})
    expectSaid(how, Errc::Corrupt, "refused: Operation not permitted");
}

TEST(Hdf5Worker, IsEndedWhenItAsksForANetworkAProcessOrAProgram) {
  for (const std::string how : {"socket", "fork", "exec"}) expectSaid(how, Errc::Corrupt, "signal 31");
}

TEST(Hdf5Worker, GetsNoMoreMemoryThanItsLimit) {
  expectSaid("memory", Errc::Corrupt, "refused: Cannot allocate memory");
  expectSaid("throw-memory", Errc::LimitExceeded, "more than 2 GiB of memory");
}

TEST(Hdf5Worker, DiesAloneOfEveryCrash) {
  expectSaid("segfault", Errc::Corrupt,
             "crashed on this file (signal 11, Segmentation fault); nothing else was affected");
  expectSaid("crash", Errc::Corrupt, "signal 11");
  expectSaid("stack", Errc::Corrupt, "signal 11");
  expectSaid("abort", Errc::Corrupt, "signal 6");
}

TEST(Hdf5Worker, IsStoppedWhenItComputesWaitsOrTalksWithoutAnEnd) {
  for (const std::string how : {"loop", "sleep"}) {
    const auto outcome = misbehave(how, 300ms);
    ASSERT_FALSE(outcome) << how;
    EXPECT_EQ(outcome.error().code, Errc::LimitExceeded) << outcome.error().message;
    EXPECT_NE(outcome.error().message.find("was stopped"), std::string::npos) << outcome.error().message;
  }
  expectSaid("flood", Errc::LimitExceeded, "at most 1048576 bytes");
}

TEST(Hdf5Worker, IsNotBelievedWhenItSaysNothing) {
  expectSaid("silence", Errc::Corrupt, "1 bytes for a record expected");
}

TEST(Hdf5Worker, EndsWithinMomentsWhenTheJobIsCancelled) {
  std::stop_source stop;
  std::jthread later([&] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = misbehave("sleep", 60s, {.stop = stop.get_token()});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::Cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(Hdf5Worker, LeavesNeitherProcessesNorDescriptorsBehind) {
  const int before = openDescriptors();
  for (const std::string how : {"open", "segfault", "silence", "flood"}) (void)misbehave(how);
  (void)misbehave("sleep", 50ms);
  EXPECT_EQ(openDescriptors(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Hdf5Worker, AnswersWhereSignalsAreIgnored) {
  // As in a program that does not want to hear of its children, or of pipes that close.
  const auto child = ::signal(SIGCHLD, SIG_IGN);
  const auto pipe = ::signal(SIGPIPE, SIG_IGN);
  expectSaid("open", Errc::Corrupt, "refused");
  expectSaid("segfault", Errc::Corrupt, "bytes for a record expected");
  ::signal(SIGCHLD, child);
  ::signal(SIGPIPE, pipe);
}

}  // namespace
}  // namespace ulpscope
