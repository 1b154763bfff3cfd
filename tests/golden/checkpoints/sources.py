# SPDX-License-Identifier: Apache-2.0
"""Oracles that cannot simply be installed: source archives from PyPI, of which single modules are used.

llama-cpp-python has no wheel and vendors ggml: ggml's scalar code is built here with the system's C compiler, without
contraction. auto-gptq, gptqmodel and autoawq want CUDA or packages that we do without; their packing modules do not.
Everything is kept beside the interpreter of the environment.
"""

import functools
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
AUTOAWQ = "autoawq==0.2.9"


@functools.cache
def unpacked(requirement, wheel=False):
    """The folder of an unpacked source archive (or wheel), fetched once."""
    folder = CACHE / requirement.replace("==", "-")
    if not folder.exists():
        archives = CACHE / "archives" / requirement
        kind = "--only-binary" if wheel else "--no-binary"
        isolation = [] if requirement == LLAMA or wheel else ["--no-build-isolation"]
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
def libggml():
    """Path of a shared library of ggml's type tables, quantizers and dequantizers."""
    library = CACHE / "libggml.so"
    if not library.exists():
        ggml = unpacked(LLAMA) / "vendor" / "llama.cpp" / "ggml"
        (ggml / "src" / "ggml-version.h").write_text('#define GGML_VERSION "sdist"\n#define GGML_COMMIT "sdist"\n')
        objects = []
        for source in sorted([*(ggml / "src").glob("*.c"), *(ggml / "src").glob("*.cpp")]):
            if source.name.startswith(("ggml-backend-reg", "ggml-backend-dl")):
                continue  # loads the backends, of which we build none
            objects.append(str(CACHE / f"{source.name}.o"))
            subprocess.run(["gcc", "-O2", "-fPIC", "-ffp-contract=off", "-D_GNU_SOURCE", f"-I{ggml / 'include'}",
                            f"-I{ggml / 'src'}", "-c", str(source), "-o", objects[-1]], check=True)
        subprocess.run(["g++", "-shared", "-o", str(library), *objects, "-lm", "-lpthread"], check=True)
    return library


def module_from(path, name, stubs=None):
    """Imports one file as module `name` while the modules named in `stubs` are what the caller gives."""
    for stub, attributes in (stubs or {}).items():
        module = types.ModuleType(stub)
        module.__dict__.update(attributes)
        module.__path__ = []
        sys.modules.setdefault(stub, module)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
