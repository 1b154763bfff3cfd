// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda_on_cpu.h"

#ifndef __x86_64__
#include <ucontext.h>
#endif

#include <array>
#include <cassert>
#include <memory>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define ULPSCOPE_FIBERS_UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ULPSCOPE_FIBERS_UNDER_ASAN 1
#endif
#endif
#ifdef ULPSCOPE_FIBERS_UNDER_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

namespace ulpscope::cuda_on_cpu {
namespace {

constexpr std::size_t kStackBytes = 128 * 1024;  // AddressSanitizer doubles what a kernel needs

#ifdef __x86_64__

/// swapcontext saves the signal mask by two calls of the system for each switch: most of the time of a test. What the
/// calling convention keeps is enough: six registers on the stack, and where it ends.
using Registers = void*;

extern "C" void ulpscopeSwitchStack(void** from, void* to);
asm(R"(
.text
.p2align 4
.globl ulpscopeSwitchStack
.type ulpscopeSwitchStack, @function
ulpscopeSwitchStack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size ulpscopeSwitchStack, . - ulpscopeSwitchStack
)");

void switchRegisters(Registers& from, Registers& to) { ulpscopeSwitchStack(&from, to); }

/// As if `enter` had been called, by nobody, and had switched away at once.
void prepareRegisters(Registers& registers, std::byte* stack, std::size_t bytes, void (*enter)()) {
  auto* top = reinterpret_cast<void**>(reinterpret_cast<std::uintptr_t>(stack + bytes) & ~std::uintptr_t{15});
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(enter);
  for (int saved = 0; saved < 6; ++saved) *--top = nullptr;
  registers = top;
}

#else

using Registers = ucontext_t;

void switchRegisters(Registers& from, Registers& to) { swapcontext(&from, &to); }

void prepareRegisters(Registers& registers, std::byte* stack, std::size_t bytes, void (*enter)()) {
  getcontext(&registers);
  registers.uc_stack.ss_sp = stack;
  registers.uc_stack.ss_size = bytes;
  registers.uc_link = nullptr;
  makecontext(&registers, enter, 0);
}

#endif

/// A stack and where its code goes on. AddressSanitizer is told of each switch: it has a stack's bounds to tell its
/// variables from others', and a fake stack of each for those that outlive their function.
struct Context {
  Registers registers{};
  const void* stack = nullptr;  ///< lowest address
  std::size_t stackBytes = 0;
#ifdef ULPSCOPE_FIBERS_UNDER_ASAN
  void* fakeStack = nullptr;  ///< while this waits
#endif
};

/// Returns when somebody switches back to `from`.
void switchContext(Context& from, Context& to) {
#ifdef ULPSCOPE_FIBERS_UNDER_ASAN
  __sanitizer_start_switch_fiber(&from.fakeStack, to.stack, to.stackBytes);
#endif
  switchRegisters(from.registers, to.registers);
#ifdef ULPSCOPE_FIBERS_UNDER_ASAN
  __sanitizer_finish_switch_fiber(from.fakeStack, nullptr, nullptr);
#endif
}

/// What switchContext does behind the switch, for a context that begins; the one it came from learns its own bounds.
void beginContext([[maybe_unused]] Context& cameFrom) {
#ifdef ULPSCOPE_FIBERS_UNDER_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &cameFrom.stack, &cameFrom.stackBytes);
#endif
}

struct Fiber {
  enum class State { Ready, AtBarrier, AtExchange, Done };

  State state = State::Done;
  bool isBegun = false;
  Context context;
  std::unique_ptr<std::byte[]> stack{new std::byte[kStackBytes]};
  unsigned mask = 0;        ///< AtExchange: who takes part
  std::uint32_t value = 0;  ///< AtExchange: what it brings
};

/// Fibers that wait for a kernel. They are used again, with their stacks: there are hundreds for each launch.
std::vector<std::unique_ptr<Fiber>> idleFibers;

std::unique_ptr<Fiber> takeFiber() {
  if (idleFibers.empty()) return std::make_unique<Fiber>();
  std::unique_ptr<Fiber> fiber = std::move(idleFibers.back());
  idleFibers.pop_back();
  return fiber;
}

Context scheduler;  // what fibers return to: whoever runs a block

class BlockRun {
 public:
  BlockRun(unsigned threads, const std::function<void()>& kernel)
      : m_kernel(kernel), m_fibers(threads), m_exchanged((threads + kWarpSize - 1) / kWarpSize) {
    for (auto& fiber : m_fibers) fiber = takeFiber();
  }
  /// Fibers that hang somewhere in a kernel are of no more use.
  ~BlockRun() {
    for (auto& fiber : m_fibers)
      if (fiber->state == Fiber::State::Done) idleFibers.push_back(std::move(fiber));
  }
  BlockRun(const BlockRun&) = delete;
  BlockRun& operator=(const BlockRun&) = delete;

  void run();

  void wait(Fiber::State state) {
    Fiber& self = *m_fibers[m_running];
    self.state = state;
    switchContext(self.context, scheduler);
  }
  std::uint32_t exchange(unsigned mask, std::uint32_t value, unsigned sourceLane) {
    const unsigned self = m_running;
    m_fibers[self]->mask = mask;
    m_fibers[self]->value = value;
    wait(Fiber::State::AtExchange);
    return (mask >> sourceLane & 1) != 0 ? m_exchanged[self / kWarpSize][sourceLane] : value;
  }

 private:
  static void enter();
  void start(unsigned thread);
  bool resumeReady();
  bool releaseBarrier();
  bool releaseWarp(unsigned warp);
  [[noreturn]] void reportDivergence() const;
  unsigned count(Fiber::State state) const {
    return static_cast<unsigned>(
        std::count_if(m_fibers.begin(), m_fibers.end(), [&](const auto& fiber) { return fiber->state == state; }));
  }

  const std::function<void()>& m_kernel;
  std::vector<std::unique_ptr<Fiber>> m_fibers;
  /// What each lane brought to its warp's last exchange: fibers that go on may bring new values before others have
  /// read.
  std::vector<std::array<std::uint32_t, kWarpSize>> m_exchanged;
  unsigned m_running = 0;
};

std::vector<std::max_align_t> sharedMemory;  // what a launch asked for

BlockRun* current = nullptr;  // a context begins without arguments

void BlockRun::enter() {
  beginContext(scheduler);
  for (;;) {
    current->m_kernel();
    current->wait(Fiber::State::Done);  // until another block begins, of this kernel or another
  }
}

void BlockRun::start(unsigned thread) {
  Fiber& fiber = *m_fibers[thread];
  fiber.state = Fiber::State::Ready;
  if (fiber.isBegun) return;
  fiber.isBegun = true;
  fiber.context = {.stack = fiber.stack.get(), .stackBytes = kStackBytes};
  prepareRegisters(fiber.context.registers, fiber.stack.get(), kStackBytes, enter);
}

bool BlockRun::resumeReady() {
  bool any = false;
  for (unsigned thread = 0; thread < m_fibers.size(); ++thread) {
    if (m_fibers[thread]->state != Fiber::State::Ready) continue;
    any = true;
    m_running = thread;
    currentThread.x = thread;
    switchContext(scheduler, m_fibers[thread]->context);
  }
  return any;
}

/// All threads must come: one that has ended leaves the others waiting for ever, or is undefined.
bool BlockRun::releaseBarrier() {
  if (count(Fiber::State::AtBarrier) != m_fibers.size()) return false;
  for (auto& fiber : m_fibers) fiber->state = Fiber::State::Ready;
  return true;
}

/// Releases each group of threads that name each other and are all there.
bool BlockRun::releaseWarp(unsigned warp) {
  const unsigned first = warp * kWarpSize;
  const unsigned lanes = std::min(kWarpSize, static_cast<unsigned>(m_fibers.size()) - first);
  bool any = false;
  for (unsigned leader = 0; leader < lanes; ++leader) {
    if (m_fibers[first + leader]->state != Fiber::State::AtExchange) continue;
    const unsigned mask = m_fibers[first + leader]->mask;
    const auto takesPart = [&](unsigned lane) { return (mask >> lane & 1) != 0; };
    bool complete = takesPart(leader);
    for (unsigned lane = 0; lane < kWarpSize; ++lane) {
      if (!takesPart(lane)) continue;
      complete = complete && lane < lanes && m_fibers[first + lane]->state == Fiber::State::AtExchange &&
                 m_fibers[first + lane]->mask == mask;
    }
    if (!complete) continue;
    for (unsigned lane = 0; lane < lanes; ++lane) {
      if (!takesPart(lane)) continue;
      m_exchanged[warp][lane] = m_fibers[first + lane]->value;
      m_fibers[first + lane]->state = Fiber::State::Ready;
    }
    any = true;
  }
  return any;
}

void BlockRun::reportDivergence() const {
  throw DivergentThreads("block " + std::to_string(currentBlock.x) + ": of " + std::to_string(m_fibers.size()) +
                         " threads " + std::to_string(count(Fiber::State::AtBarrier)) + " wait at __syncthreads, " +
                         std::to_string(count(Fiber::State::AtExchange)) + " at a warp operation, " +
                         std::to_string(count(Fiber::State::Done)) + " have ended");
}

void BlockRun::run() {
  current = this;
  for (unsigned thread = 0; thread < m_fibers.size(); ++thread) start(thread);
  while (count(Fiber::State::Done) != m_fibers.size()) {
    bool progress = resumeReady();
    for (unsigned warp = 0; warp < m_exchanged.size(); ++warp) progress = releaseWarp(warp) || progress;
    progress = releaseBarrier() || progress;
    if (!progress) reportDivergence();
  }
}

}  // namespace

void launch(unsigned blocks, unsigned threads, const std::function<void()>& kernel, std::size_t sharedBytes) {
  sharedMemory.assign((sharedBytes + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t), {});
  blockSize.x = threads;
  gridSize.x = blocks;
  BlockRun run(threads, kernel);
  for (currentBlock.x = 0; currentBlock.x < blocks; ++currentBlock.x) run.run();
}

void waitForBlock() { current->wait(Fiber::State::AtBarrier); }

std::uint32_t exchange(unsigned mask, std::uint32_t value, unsigned sourceLane) {
  return current->exchange(mask, value, sourceLane);
}

}  // namespace ulpscope::cuda_on_cpu

namespace ulpscope::kernels {

void* dynamicSharedMemory() { return cuda_on_cpu::sharedMemory.data(); }

}  // namespace ulpscope::kernels
