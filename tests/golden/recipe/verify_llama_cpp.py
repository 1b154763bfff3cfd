#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tensor types of a recipe, read by llama-quantize's own parser and sized by libggml: seconds, where
verify_llama_quantize.py takes minutes.

    verify_llama_cpp.py ULP MODEL_FOLDER CALIBRATION [BITS]

The functions of tools/quantize/quantize.cpp that parse --tensor-type-file are taken out of the sources that
llama-cpp-python 0.3.36 brings (the package has no llama-quantize), and compiled into a program that says which type
each tensor of the model gets: of the first pattern that std::regex_search finds in its name, as src/llama-quant.cpp has
it. That must be the type of the recipe, and ggml_row_size must come to the recipe's bits. The recipe must be no worse
than every uniform plan within the same budget.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from verify_recipes import recipe, sources

FUNCTIONS = ("striequals", "parse_ggml_type", "parse_tensor_type", "parse_tensor_type_file")
HEAD = """
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <regex>
#include <string>
#include <vector>
#include "ggml.h"
struct tensor_type_option { std::string name; ggml_type type = GGML_TYPE_COUNT; };
"""
MAIN = """
int main(int, char ** argv) {
  std::vector<tensor_type_option> options;
  if (!parse_tensor_type_file(argv[1], options)) return 1;
  std::string name; long long rows, columns;
  while (std::cin >> name >> rows >> columns) {
    ggml_type type = GGML_TYPE_COUNT;
    for (const auto & option : options)
      if (std::regex_search(name, std::regex(option.name))) { type = option.type; break; }
    if (type == GGML_TYPE_COUNT) std::cout << "none 0\\n";
    else std::cout << ggml_type_name(type) << ' ' << 8 * rows * (long long) ggml_row_size(type, columns) << '\\n';
  }
}
"""


def parser_source():
    """What reads --tensor-type-file."""
    source = (sources.unpacked(sources.LLAMA) / "vendor" / "llama.cpp" / "tools/quantize/quantize.cpp").read_text()
    parts = [HEAD]
    for name in FUNCTIONS:
        begin = re.search(rf"^static [a-z_]+ {name}\(", source, re.M).start()
        parts.append(source[begin:source.index("\n}\n", begin) + 3])
    return "".join(parts)


def parser(folder):
    llama = sources.unpacked(sources.LLAMA) / "vendor" / "llama.cpp"
    program = Path(folder) / "types.cpp"
    program.write_text(parser_source() + MAIN)
    library = sources.libggml()
    executable = Path(folder) / "types"
    subprocess.run(["g++", "-std=c++17", f"-I{llama / 'ggml' / 'include'}", str(program), str(library),
                    f"-Wl,-rpath,{library.parent}", "-o", str(executable)], check=True)
    return executable


def gguf_name(tensor):
    """As convert_hf_to_gguf.py names the tensors of a BERT."""
    name = tensor.removesuffix(".weight")
    if name == "embeddings.word_embeddings":
        return "token_embd.weight"
    layer = re.match(r"encoder\.layer\.(\d+)\.(.*)", name)
    kinds = {"attention.self.query": "attn_q", "attention.self.key": "attn_k", "attention.self.value": "attn_v",
             "attention.output.dense": "attn_output", "intermediate.dense": "ffn_up", "output.dense": "ffn_down"}
    return f"blk.{layer[1]}.{kinds[layer[2]]}.weight"


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    from safetensors import safe_open
    found = recipe([*sys.argv[1:4], sys.argv[4] if len(sys.argv) == 5 else "4.5"], "llama.cpp")
    model = safe_open(Path(sys.argv[2]) / "model.safetensors", "np")
    with tempfile.TemporaryDirectory() as folder:
        types = Path(folder) / found["file"]["name"]
        types.write_text(found["file"]["text"])
        shapes = [model.get_slice(tensor["name"]).get_shape() for tensor in found["tensors"]]
        lines = "".join(f"{gguf_name(tensor['name'])} {shape[0]} {shape[1]}\n"
                        for tensor, shape in zip(found["tensors"], shapes))
        run = subprocess.run([parser(folder), str(types)], input=lines, capture_output=True, text=True, check=True)
    wrong = 0
    for tensor, shape, line in zip(found["tensors"], shapes, run.stdout.splitlines()):
        kind, bits = line.split()
        expected = tensor["scheme"].split(":")[0]
        is_right = kind.lower() == expected and int(bits) == round(tensor["bitsPerWeight"] * shape[0] * shape[1])
        if not is_right:
            print(f"{tensor['name']}: {tensor['scheme']} at {tensor['bitsPerWeight']} expected, found {line}")
        wrong += not is_right
    total = found["total"]
    best = min((plan for plan in found["uniform"] if plan["withinBudget"]), key=lambda plan: plan["error"])
    wrong += total["error"] > best["error"] * (1 + 1e-12)
    print(f"llama.cpp {total['bitsPerWeight']:.4f} bits, {100 * total['error']:.4f} % lost (gap {found['gap']:.1e}); "
          f"best uniform {best['scheme']} at {best['bitsPerWeight']:.4f}: {100 * best['error']:.4f} %; "
          f"{len(found['tensors'])} tensors read back, {wrong} failures")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
