// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle/suspicious.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ulpscope {
namespace {

/// Modules of which every name counts, with all that is below them.
constexpr auto kModules = std::to_array<std::string_view>({
    // the system, processes and files
    "os",
    "posix",
    "nt",
    "posixpath",
    "ntpath",
    "genericpath",
    "subprocess",
    "_posixsubprocess",
    "commands",
    "popen2",
    "shutil",
    "tempfile",
    "pty",
    "tty",
    "fcntl",
    "mmap",
    "resource",
    "signal",
    "_winapi",
    "msvcrt",
    "winreg",
    "_osx_support",
    "_aix_support",
    "platform",
    "uuid",
    "glob",
    "fileinput",
    "linecache",
    "shelve",
    "dbm",
    "sqlite3",
    "_sqlite3",
    "io",
    "_io",
    // the network
    "socket",
    "_socket",
    "ssl",
    "socketserver",
    "http",
    "httplib",
    "urllib",
    "urllib2",
    "urllib3",
    "requests",
    "httpx",
    "aiohttp",
    "ftplib",
    "smtplib",
    "poplib",
    "imaplib",
    "nntplib",
    "telnetlib",
    "xmlrpc",
    "webbrowser",
    "antigravity",
    "asyncio",
    "websocket",
    // code that is made, loaded or run
    "sys",
    "importlib",
    "_frozen_importlib",
    "_frozen_importlib_external",
    "imp",
    "runpy",
    "pkgutil",
    "pkg_resources",
    "zipimport",
    "code",
    "codeop",
    "types",
    "marshal",
    "pickle",
    "_pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "pickletools",
    "ctypes",
    "_ctypes",
    "cffi",
    "inspect",
    "gc",
    "ast",
    "_ast",
    "compileall",
    "py_compile",
    // tools that run what they are given
    "pip",
    "setuptools",
    "distutils",
    "ensurepip",
    "venv",
    "site",
    "pdb",
    "bdb",
    "cProfile",
    "profile",
    "trace",
    "timeit",
    "doctest",
    "unittest",
    "test",
    "pydoc",
    "idlelib",
    "lib2to3",
    "multiprocessing",
    "_xxsubinterpreters",
    "_interpreters",
    "_pyrepl",
    "torch.hub",
    "torch.jit",
});

struct Names {
  std::string_view module;
  std::string_view names;  ///< between blanks; a name that begins with one of them and a dot counts too
};

/// Modules of which some names count.
constexpr std::array kNames{
    Names{"builtins",
          " eval exec execfile compile open file input raw_input apply __import__ __build_class__ getattr setattr "
          "delattr "
          "globals locals vars dir breakpoint help exit quit map filter reload type super memoryview "},
    Names{"operator", " attrgetter itemgetter methodcaller call "},
    Names{"functools", " partial partialmethod reduce "},
    Names{"itertools", " starmap accumulate "},
    Names{"codecs", " open EncodedFile "},
    Names{"logging.config", " fileConfig dictConfig listen "},
    Names{"logging", " FileHandler "},
    Names{"pathlib", " Path.read_text Path.write_text Path.unlink Path.open "},
    Names{"zipfile", " ZipFile PyZipFile "},
    Names{"tarfile", " TarFile open "},
    Names{"threading", " Thread Timer "},
    Names{"concurrent.futures", " ThreadPoolExecutor ProcessPoolExecutor "},
    Names{"numpy", " load save fromfile loadtxt genfromtxt memmap savetxt "},
    Names{"numpy.testing._private.utils", " runstring rundocs run_threaded "},
    Names{"pandas", " read_pickle eval read_csv "},
    Names{"torch", " load save compile package _load_global_deps "},
    Names{"torch.serialization", " load save _load _legacy_load load_source "},
    Names{"torch.storage", " _load_from_bytes "},
    Names{"torch.ops", " load_library "},
    Names{"torch._ops", " load_library _OpNamespace "},
    Names{"torch.classes", " load_library "},
    Names{"torch.utils.model_zoo", " load_url "},
};

/// Whole branches of libraries that load code, run it or start programs.
constexpr auto kBranches = std::to_array<std::string_view>({
    "numpy.f2py",
    "numpy.distutils",
    "numpy.lib.npyio",
    "torch._dynamo",
    "torch._inductor",
    "torch.utils.cpp_extension",
    "torch.utils.bottleneck",
    "torch.utils.collect_env",
    "torch.utils._config_module",
    "torch.utils.data.datapipes",
    "torch.package",
    "torch.distributed.run",
    "torch.distributed.elastic",
    "torch.distributed.launch",
    "torch.fx.experimental",
    "torch.utils.hipify",
    "torch._C._jit",
    "pandas.io",
    "tensorflow",
    "keras",
    "transformers.dynamic_module_utils",
    "huggingface_hub",
    "nltk",
    "fastai.learner",
});

/// Parts of a dotted name that lead out of an innocent module: torch.serialization with the name "os.system".
constexpr std::string_view kSteps =
    " os sys subprocess posix nt builtins importlib import_module system popen modules eval exec __import__ "
    "__globals__ "
    "__builtins__ __subclasses__ __code__ __reduce__ __getattribute__ __loader__ __spec__ f_globals gi_frame ";

bool holdsWord(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != words.npos; at = words.find(word, at + 1))
    if (words[at - 1] == ' ' && words[at + word.size()] == ' ') return true;
  return false;
}

bool isWithin(std::string_view module, std::string_view branch) {
  return module.starts_with(branch) && (module.size() == branch.size() || module[branch.size()] == '.');
}

/// Python 2 calls it so, and pickles of it keep the name.
std::string_view withoutOldName(std::string_view module) { return module == "__builtin__" ? "builtins" : module; }

}  // namespace

bool isSuspicious(const PickleGlobal& global) {
  // What TorchScript writes for its typed lists names a module that otherwise loads code.
  if (global.module == "torch.jit._pickle") return false;
  const std::string_view module = withoutOldName(global.module);
  const auto inside = [&](std::string_view branch) { return isWithin(module, branch); };
  if (std::ranges::any_of(kModules, inside) || std::ranges::any_of(kBranches, inside)) return true;
  const std::string_view name = global.name;
  const std::string_view first = name.substr(0, name.find('.'));
  // No names that any sound pickle has: computed ones, and those of extensions.
  if (first.empty() || name.find(' ') != name.npos || module.find(' ') != module.npos) return true;
  for (const Names& row : kNames)
    if (row.module == module && (holdsWord(row.names, name) || holdsWord(row.names, first))) return true;
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const bool dotted = dot < name.size();
    const std::string_view step = rest.substr(0, dot);
    if (dotted && !step.empty() && step.find(' ') == step.npos && holdsWord(kSteps, step)) return true;
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  return false;
}

}  // namespace ulpscope
