#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`ulp diff` of models and of what llama.cpp's converter makes of them: names and the order of rows.

    verify_gguf_pairs.py ULP

Small models of random weights, with the names of Hugging Face, are converted by convert_hf_to_gguf.py (of the sources
that llama-cpp-python brings; without a vocabulary) to F32. Every tensor must then be found in the GGUF file, and be
identical to the bit: where the converter permutes the rows of queries and keys they have to be put back.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import sources

HIDDEN, HEADS, KEYS, INNER, VOCABULARY = 64, 4, 2, 96, 100
CONVERT = """
import sys
sys.path[:0] = [sys.argv.pop(1), sys.argv.pop(1)]
import convert_hf_to_gguf
from conversion.base import TextModel
from conversion.llama import LlamaModel
for model in (TextModel, LlamaModel):
    model.set_vocab = lambda self: None
TextModel._set_vocab_gpt2 = TextModel._set_vocab_sentencepiece = lambda self: None
convert_hf_to_gguf.main()
"""


def shapes(biases, norms):
    """Of one layer, by name."""
    key = HIDDEN // HEADS * KEYS
    layer = {"self_attn.q_proj": (HIDDEN, HIDDEN), "self_attn.k_proj": (key, HIDDEN), "self_attn.v_proj": (key, HIDDEN),
             "self_attn.o_proj": (HIDDEN, HIDDEN), "mlp.gate_proj": (INNER, HIDDEN), "mlp.up_proj": (INNER, HIDDEN),
             "mlp.down_proj": (HIDDEN, INNER), "input_layernorm": (HIDDEN,), "post_attention_layernorm": (HIDDEN,)}
    found = {f"{name}.weight": shape for name, shape in layer.items()}
    if biases:
        found |= {f"self_attn.{name}_proj.bias": (rows,) for name, rows in (("q", HIDDEN), ("k", key), ("v", key))}
    if norms:
        found |= {f"self_attn.{name}_norm.weight": (HIDDEN // HEADS,) for name in "qk"}
    return found


def write(folder, architecture, model_type, biases=False, norms=False):
    import numpy
    from safetensors.numpy import save_file
    random = numpy.random.default_rng(1)
    names = {f"model.layers.{layer}.{name}": shape for layer in range(2) for name, shape in shapes(biases, norms).items()}
    names |= {"model.embed_tokens.weight": (VOCABULARY, HIDDEN), "model.norm.weight": (HIDDEN,),
              "lm_head.weight": (VOCABULARY, HIDDEN)}
    save_file({name: random.standard_normal(shape, "float32") for name, shape in names.items()},
              folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps({
        "architectures": [architecture], "model_type": model_type, "hidden_size": HIDDEN, "num_hidden_layers": 2,
        "num_attention_heads": HEADS, "num_key_value_heads": KEYS, "intermediate_size": INNER,
        "vocab_size": VOCABULARY, "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "head_dim": HIDDEN // HEADS, "hidden_act": "silu", "torch_dtype": "float32", "tie_word_embeddings": False}))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    llama = sources.unpacked(sources.LLAMA) / "vendor" / "llama.cpp"
    wrong = 0
    for architecture, model_type, more in (("LlamaForCausalLM", "llama", {}), ("MistralForCausalLM", "mistral", {}),
                                           ("Qwen2ForCausalLM", "qwen2", {"biases": True}),
                                           ("Qwen3ForCausalLM", "qwen3", {"norms": True})):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write(folder, architecture, model_type, **more)
            path = folder / "converted" / "model.gguf"
            path.parent.mkdir()
            run = subprocess.run([sys.executable, "-c", CONVERT, str(llama), str(llama / "gguf-py"), str(folder),
                                  "--outtype", "f32", "--outfile", str(path)], capture_output=True, text=True)
            if run.returncode != 0:
                sys.exit(run.stderr)
            run = subprocess.run([sys.argv[1], "diff", folder / "model.safetensors", path, "--json"],
                                 capture_output=True, text=True, check=True)
        summary = json.loads(run.stdout)["summary"]
        others = {state: count for state, count in summary.items() if count and state != "identical"}
        wrong += len(others)
        print(f"{architecture}: {summary['identical']} identical, others {others}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
