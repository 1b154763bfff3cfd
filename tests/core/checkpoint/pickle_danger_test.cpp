// SPDX-License-Identifier: Apache-2.0
//
// P1: pickles that would run commands in Python, and those made so that scanners overlook it. Nothing runs here, and
// the names are listed.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/checkpoint/pickle/suspicious.h"
#include "core/checkpoint/security_remark.h"
#include "core/checkpoint/shards.h"
#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/pickle_builder.h"
#include "tests/core/checkpoint/torch_files.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::openedBy;
using test::PickleBuilder;
using test::torchZip;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

const std::string kMarker = testing::TempDir() + "ulpscope_pickle_ran";
const std::string kCommand = "touch " + kMarker;

std::string call(PickleBuilder pickle) { return pickle.text(kCommand).op('\x85').op('R').stop(); }

/// Each with the name that it would reach.
std::vector<std::pair<std::string, std::string>> hostilePickles() {
  return {
      {"os.system", call(PickleBuilder().global("os", "system"))},
      {"posix.system", call(PickleBuilder().global("posix", "system"))},
      {"subprocess.Popen", call(PickleBuilder().global("subprocess", "Popen"))},
      {"builtins.eval", call(PickleBuilder().global("builtins", "eval"))},
      {"__builtin__.exec", call(PickleBuilder().global("__builtin__", "exec"))},
      {"runpy.run_path", call(PickleBuilder().global("runpy", "run_path"))},
      {"pip.main", call(PickleBuilder().global("pip", "main"))},
      {"torch.load", call(PickleBuilder().global("torch", "load"))},
      {"torch.hub.load", call(PickleBuilder().global("torch.hub", "load"))},
      {"operator.attrgetter", call(PickleBuilder().global("operator", "attrgetter"))},
      {"functools.partial", call(PickleBuilder().global("functools", "partial"))},
      {"webbrowser.open", call(PickleBuilder().global("webbrowser", "open"))},
      {"torch.serialization.os.system", call(PickleBuilder().global("torch.serialization", "os.system"))},
      // STACK_GLOBAL with the names from the memo.
      {"os.system", call(PickleBuilder(4)
                             .text("os")
                             .op('\x94')
                             .op('0')
                             .text("system")
                             .op('\x94')
                             .op('0')
                             .op('h')
                             .raw("\0"s)
                             .op('h')
                             .raw("\1")
                             .op('\x93'))},
      // INST, and OBJ whose result is thrown away.
      {"os.popen", PickleBuilder(0).op('(').raw("S'x'\n").op('i').raw("os\npopen\n").stop()},
      {"os.system", PickleBuilder().op('(').global("os", "system").text(kCommand).op('o').op('0').op('N').stop()},
      // Called on building, and a name only, thrown away.
      {"os.system", PickleBuilder().global("x", "C").op(')').op('\x81').global("os", "system").op('b').stop()},
      {"os.system", PickleBuilder().global("os", "system").op('0').op('}').stop()},
      {"copyreg.extension 7", PickleBuilder().op('\x82').raw("\x07").op('0').op('N').stop()},
      {"(computed on loading).x", PickleBuilder(4).global("a", "b").op(')').op('R').text("x").op('\x93').stop()},
      // Names from the memo that are none, a pickle in a pickle, and a frame that ends within an opcode.
      {"sys.modules", PickleBuilder().global("sys", "modules").op('q').raw("\0"s).op('0').op('N').stop()},
      {"_pickle.loads", call(PickleBuilder().global("_pickle", "loads"))},
      {"os.system", call(PickleBuilder(4).op('\x95').number(std::uint64_t{3}).global("os", "system"))},
      {"os.system", PickleBuilder(4)
                        .op('\x95')
                        .number(std::uint64_t{1})
                        .op('N')
                        .op('0')
                        .global("os", "system")
                        .text(kCommand)
                        .op('\x85')
                        .op('R')
                        .stop()},
  };
}

/// Listed as dangerous, and said so.
void expectListed(const Result<Checkpoint>& checkpoint, const std::string& name) {
  ASSERT_TRUE(checkpoint) << name << ": " << describe(checkpoint.error());
  EXPECT_THAT(checkpoint->objects,
              Contains(testing::AllOf(Field(&InertObject::type, name), Field(&InertObject::suspicious, true))));
  EXPECT_THAT(securityRemark(*checkpoint).value_or(""), HasSubstr("Dangerous to open elsewhere"));
}

TEST(PickleP1, ListsWhatWouldRunAndRunsNothing) {
  std::filesystem::remove(kMarker);
  for (const auto& [name, bytes] : hostilePickles()) expectListed(openedBy("pickle", bytes), name);
  EXPECT_FALSE(std::filesystem::exists(kMarker));
}

/// From now on this process is killed when it starts another, opens a file or a socket, or changes a folder. False
/// where the system does not let it.
bool forbidToAct() {
  std::vector<sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const long call : {SYS_execve, SYS_execveat,  SYS_fork,  SYS_vfork,   SYS_clone,        SYS_clone3, SYS_open,
                          SYS_openat, SYS_openat2,   SYS_creat, SYS_socket,  SYS_connect,      SYS_unlink, SYS_unlinkat,
                          SYS_rename, SYS_renameat2, SYS_mkdir, SYS_mkdirat, SYS_memfd_create, SYS_kill}) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// How a child ends that does `work` where it cannot act: 0 as a rule, 2 if it could not be bound, a signal if it
/// acted.
template <class Work>
int statusWhereActingKills(Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!forbidToAct()) ::_exit(2);
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(PickleP1, StartsNothingAndOpensNothing) {
  const int acting = statusWhereActingKills([] { ::open("/dev/null", O_RDONLY | O_CLOEXEC); });
  if (acting == 2) GTEST_SKIP() << "this system does not let a process bind itself";
  ASSERT_EQ(acting, -SIGSYS);
  for (const auto& [name, bytes] : hostilePickles()) {
    EXPECT_EQ(statusWhereActingKills([&] { (void)openedBy("pickle", bytes); }), 0) << name;
    const std::string archive = torchZip(bytes, {});
    EXPECT_EQ(statusWhereActingKills([&] { (void)openedBy("pytorch", archive); }), 0) << name;
  }
}

TEST(PickleP1, SeesThroughWhatBlindsScanners) {
  const std::string pickle = call(PickleBuilder().global("os", "system"));
  const auto archive = [&](test::ZipEntry entry) {
    entry.name = "r/data.pkl";
    entry.data = pickle;
    return test::ZipBuilder().add(std::move(entry)).bytes();
  };
  // Headers that torch does not look at, but zipfile does: flags, names and checksums.
  for (const std::string& bytes : {archive({.flags = 0x20}), archive({.localFlags = 1}), archive({.localFlags = 0x40}),
                                   archive({.crc = 1}), archive({.localCrc = 1}), archive({.localName = "r/innocent"}),
                                   archive({.localMethod = 99}), archive({.method = 8, .crc = 1})})
    expectListed(openedBy("pytorch", bytes), "os.system");
  for (const std::uint16_t encrypted : std::initializer_list<std::uint16_t>{1, 0x40}) {
    const auto refused = openedBy("pytorch", archive({.flags = encrypted}));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("encrypted"));
  }
  // Any name, and a magic number that is computed on loading.
  for (const std::string name : {"model.safetensors", "picture.jpg", "weights.gguf"})
    for (const std::string& bytes : {pickle, archive({})})
      expectListed(openContainer(memorySource(name, test::asBytes(bytes)), {}), "os.system");
  const std::string magic =
      PickleBuilder().global("builtins", "eval").text("0x1950a86a20f9469cfc6c").op('\x85').op('R').stop();
  const auto computed = openContainer(memorySource("m.pt", test::asBytes(magic + pickle + pickle)), {});
  expectListed(computed, "builtins.eval");
  EXPECT_THAT(computed->objects, Contains(Field(&InertObject::type, "os.system")));
  const auto wrapped =
      openContainer(memorySource("m.pt", test::asBytes("7z\xBC\xAF\x27\x1C" + std::string(60, 'x'))), {});
  ASSERT_FALSE(wrapped);
  EXPECT_THAT(wrapped.error().message, HasSubstr("7-Zip archive"));
}

TEST(PickleP1, NamesWhatWouldRunBeforeABrokenTail) {
  const std::string broken = PickleBuilder().global("os", "system").text("id").op('\x85').op('R').bytesSoFar() + "\xFF";
  const auto checkpoint = openedBy("pickle", broken);
  ASSERT_FALSE(checkpoint);
  EXPECT_THAT(checkpoint.error().message, HasSubstr("os.system"));
}

TEST(PickleP1, TellsDangerousNamesFromThoseOfCheckpoints) {
  for (const auto& [module, name] :
       std::vector<std::pair<std::string, std::string>>{{"os", "system"},
                                                        {"os.path", "join"},
                                                        {"nt", "x"},
                                                        {"builtins", "getattr"},
                                                        {"__builtin__", "open"},
                                                        {"torch", "x.os.system"},
                                                        {"sys", "modules"},
                                                        {"importlib", "import_module"},
                                                        {"socket", "socket"},
                                                        {"ctypes", "CDLL"},
                                                        {"pty", "spawn"},
                                                        {"code", "interact"},
                                                        {"torch.jit", "load"},
                                                        {"torch.storage", "_load_from_bytes"},
                                                        {"numpy", "load"},
                                                        {"collections", "OrderedDict.__reduce__.__globals__"}})
    EXPECT_TRUE(isSuspicious({module, name})) << module << "." << name;
  for (const auto& [module, name] :
       std::vector<std::pair<std::string, std::string>>{{"torch._utils", "_rebuild_tensor_v2"},
                                                        {"torch", "FloatStorage"},
                                                        {"collections", "OrderedDict"},
                                                        {"builtins", "set"},
                                                        {"numpy", "dtype"},
                                                        {"pathlib", "PosixPath"},
                                                        {"argparse", "Namespace"},
                                                        {"torch.jit._pickle", "build_intlist"},
                                                        {"ossaudio", "x"},
                                                        {"models.yolo", "Model"},
                                                        {"__torch__.torch.nn", "Linear"},
                                                        {"torch.nn.modules.linear", "Linear"}})
    EXPECT_FALSE(isSuspicious({module, name})) << module << "." << name;
}

}  // namespace
}  // namespace ulpscope
