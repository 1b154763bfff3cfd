// SPDX-License-Identifier: Apache-2.0
#include "app/hdf5_worker/sandbox.h"

#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <memory>

#include "core/checkpoint/hdf5_protocol.h"

namespace ulpscope::hdf5 {
namespace {

/// Lowers a limit, softly below `hard`, which nobody can raise again.
bool lower(decltype(RLIMIT_AS) what, rlim_t soft, rlim_t hard) {
  rlimit now{};
  if (getrlimit(what, &now) != 0) return false;
  const rlimit wanted{std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)};
  return setrlimit(what, &wanted) == 0;
}

class Filter {
 public:
  Filter() : m_context(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release) {}

  bool allow(int call) { return rule(SCMP_ACT_ALLOW, call, {}); }
  bool allow(int call, std::initializer_list<scmp_arg_cmp> if_) { return rule(SCMP_ACT_ALLOW, call, if_); }
  bool kill(int call) { return rule(SCMP_ACT_KILL_PROCESS, call, {}); }
  int load() { return m_context ? seccomp_load(m_context.get()) : -ENOMEM; }

 private:
  bool rule(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> if_) {
    return m_context && seccomp_rule_add_array(m_context.get(), action, call, static_cast<unsigned>(if_.size()),
                                               if_.size() == 0 ? nullptr : if_.begin()) == 0;
  }
  std::unique_ptr<void, decltype(&seccomp_release)> m_context;
};

/// A condition on argument `index` of a call.
scmp_arg_cmp equals(unsigned index, scmp_datum_t value) { return {index, SCMP_CMP_EQ, value, 0}; }
scmp_arg_cmp bits(unsigned index, scmp_datum_t mask, scmp_datum_t value) {
  return {index, SCMP_CMP_MASKED_EQ, mask, value};
}

bool addRules(Filter& filter) {
  bool added = filter.allow(SCMP_SYS(pread64), {equals(0, kFileDescriptor)}) &&
               filter.allow(SCMP_SYS(write), {equals(0, kAnswerDescriptor)}) &&
               filter.allow(SCMP_SYS(mmap), {bits(3, MAP_ANONYMOUS, MAP_ANONYMOUS), bits(2, PROT_EXEC, 0)}) &&
               filter.allow(SCMP_SYS(mprotect), {bits(2, PROT_EXEC, 0)}) &&
               // abort() raises a signal in its own process.
               filter.allow(SCMP_SYS(tgkill), {equals(0, static_cast<scmp_datum_t>(getpid()))});
  for (const int call :
       {SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(clock_gettime),
        SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigreturn), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall)})
    added = added && filter.allow(call);
  // Nothing that reads a file ever wants these.
  for (const int call : {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone),
                         SCMP_SYS(clone3), SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(ptrace),
                         SCMP_SYS(process_vm_writev), SCMP_SYS(bpf), SCMP_SYS(io_uring_setup)})
    added = added && filter.kill(call);
  return added;
}

}  // namespace

std::string limitResources() {
  // SIGXCPU, the soft limit, says by its number what happened; the hard one follows a second later.
  constexpr rlim_t kSeconds = 10;
  constexpr rlim_t kMemory = rlim_t{2} << 30;
  const bool limited = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                       lower(RLIMIT_AS, kMemory, kMemory) && lower(RLIMIT_CPU, kSeconds, kSeconds + 1) &&
                       lower(RLIMIT_FSIZE, 0, 0) && lower(RLIMIT_CORE, 0, 0) && lower(RLIMIT_NOFILE, 16, 16) &&
                       lower(RLIMIT_NPROC, 0, 0);
  return limited ? "" : std::string("limits on memory and time: ") + std::strerror(errno);
}

std::string enterSandbox() {
  Filter filter;
  if (!addRules(filter)) return "the filter of system calls could not be built";
  const int refused = filter.load();
  return refused == 0 ? "" : std::string("the filter of system calls: ") + std::strerror(-refused);
}

}  // namespace ulpscope::hdf5
