# SPDX-License-Identifier: Apache-2.0
"""Oracles that cannot simply be installed: source archives from PyPI, of which single modules are used.

llama-cpp-python has no wheel and vendors ggml: ggml's scalar code is built here with the system's C compiler, without
contraction. auto-gptq, gptqmodel, autoawq and nvidia-modelopt want CUDA or packages that we do without; their packing
modules do not.
Everything is kept beside the interpreter of the environment.
"""

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import tarfile
import types
import zipfile

CACHE = pathlib.Path(sys.prefix) / "oracle-sources"
LLAMA = "llama-cpp-python==0.3.36"
AUTO_GPTQ = "auto-gptq==0.7.1"
GPTQMODEL = "gptqmodel==7.7.0"
GPTQMODEL_ROUTINE = "gptqmodel==2.2.0"  # the last whose routine is that of the paper's authors, line by line
AUTOAWQ = "autoawq==0.2.9"
MODELOPT = "nvidia-modelopt==0.47.0"


@functools.cache
def unpacked(requirement, wheel=False):
    """The folder of an unpacked source archive (or wheel), fetched once."""
    folder = CACHE / requirement.replace("==", "-")
    if not folder.exists():
        archives = CACHE / "archives" / requirement
        kind = "--only-binary" if wheel else "--no-binary"
        isolation = [] if requirement == LLAMA or wheel else ["--no-build-isolation"]
        if not archives.exists():
            subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", kind, ":all:", *isolation,
                            "-d", str(archives), requirement], check=True)
        archive = next(archives.iterdir())
        part = folder.with_suffix(".part")
        if wheel:
            zipfile.ZipFile(archive).extractall(part)
        else:
            tarfile.open(archive).extractall(part, filter="data")
        (part if wheel else next(part.iterdir())).rename(folder)
    return folder


@functools.cache
def libggml(flags=()):
    """Path of a shared library of ggml's type tables, quantizers and dequantizers, compiled with further flags."""
    name = "".join(["libggml", *flags])
    library = CACHE / f"{name}.so"
    if not library.exists():
        ggml = unpacked(LLAMA) / "vendor" / "llama.cpp" / "ggml"
        (ggml / "src" / "ggml-version.h").write_text('#define GGML_VERSION "sdist"\n#define GGML_COMMIT "sdist"\n')
        objects = []
        for source in sorted([*(ggml / "src").glob("*.c"), *(ggml / "src").glob("*.cpp")]):
            if source.name.startswith(("ggml-backend-reg", "ggml-backend-dl")):
                continue  # loads the backends, of which we build none
            objects.append(str(CACHE / f"{name}.{source.name}.o"))
            subprocess.run(["gcc", "-O2", "-fPIC", "-ffp-contract=off", *flags, "-D_GNU_SOURCE",
                            f"-I{ggml / 'include'}", f"-I{ggml / 'src'}", "-c", str(source), "-o", objects[-1]],
                           check=True)
        subprocess.run(["g++", "-shared", "-o", str(library), *objects, "-lm", "-lpthread"], check=True)
    return library


class _Nothing(type):
    """Whatever is asked of it, it is itself: stands for the names of packages that are not there."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return cls

    def __call__(cls, *_, **__):
        return cls


class _Missing(types.ModuleType):
    __path__ = []
    Nothing = _Nothing("Nothing", (), {})

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.Nothing


class _Stubs(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, prefixes):
        self.prefixes = prefixes

    def find_spec(self, name, path=None, target=None):
        stands_for = name.split(".")[0] in self.prefixes
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if stands_for else None

    def create_module(self, spec):
        return _Missing(spec.name)

    def exec_module(self, module):
        pass


def modules_from(root, names, missing=()):
    """Imports the modules `names` of a package's source folder; all others of it, and `missing`, are stand-ins."""
    package = names[0].split(".")[0]
    finder = _Stubs((package, *missing))
    sys.meta_path.insert(0, finder)
    loaded = []
    try:
        for name in names:
            path = root.joinpath(*name.split("."))
            path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            spec = importlib.util.spec_from_file_location(name, path)
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
            loaded.append(sys.modules[name])
    finally:
        sys.meta_path.remove(finder)
        for name in [n for n, module in sys.modules.items() if isinstance(module, _Missing)]:
            del sys.modules[name]
    return loaded
