#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the sample checkpoint: a character-level LLaMA of 1.2 million parameters on Newton's "Opticks".

    apt-get download golang-1.19-src           # its test data holds the text (public domain, 1730)
    dpkg-deb -x golang-1.19-src_*.deb text
    pip install numpy==2.4.6 torch==2.15.0 safetensors==0.8.0
    python3 train_tiny_lm.py text/usr/share/go-1.19/src/testdata/Isaac.Newton-Opticks.txt

writes tiny-lm.safetensors, config.json, vocab.json and loss.csv beside this script, then a sample of text on stdout.
One thread and one seed: the same processor and torch version give the same weights again. The names, the shapes and the
rotary convention are those of transformers' LlamaForCausalLM.
"""

import argparse
import csv
import hashlib
import json
import math
import time
from collections import Counter
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

TEXT_SHA256 = "d4a9ac22462b35e7821a4f2706c211093da678620a8f9997989ee7cf8d507bbd"
SEED = 1730
CONTEXT = 128
BATCH = 16
STEPS = 2400
WARMUP_STEPS = 100
PEAK_LEARNING_RATE = 3e-3
FINAL_LEARNING_RATE = 1e-4
WEIGHT_DECAY = 0.1
LOG_EVERY = 20
VALIDATE_EVERY = 100
VALIDATION_WINDOWS = 64

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_act": "silu",
    "hidden_size": 192,
    "intermediate_size": 512,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 3,
    "head_dim": 32,
    "max_position_embeddings": CONTEXT,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "attention_bias": False,
    "mlp_bias": False,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
}


class RmsNorm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.square().mean(-1, keepdim=True) + CONFIG["rms_norm_eps"])


def rotary_tables(length):
    """Cosines and sines of shape (length, head_dim); the two halves of a head carry the same angles."""
    dim = CONFIG["head_dim"]
    frequencies = CONFIG["rope_theta"] ** (-torch.arange(0, dim, 2).float() / dim)
    angles = torch.outer(torch.arange(length).float(), frequencies)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def rotate(x, cosines, sines):
    low, high = x.chunk(2, dim=-1)
    return x * cosines + torch.cat((-high, low), dim=-1) * sines


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        hidden, dim = CONFIG["hidden_size"], CONFIG["head_dim"]
        self.heads, self.kv_heads, self.dim = CONFIG["num_attention_heads"], CONFIG["num_key_value_heads"], dim
        self.q_proj = nn.Linear(hidden, self.heads * dim, bias=False)
        self.k_proj = nn.Linear(hidden, self.kv_heads * dim, bias=False)
        self.v_proj = nn.Linear(hidden, self.kv_heads * dim, bias=False)
        self.o_proj = nn.Linear(self.heads * dim, hidden, bias=False)

    def forward(self, x, rotary):
        batch, length, _ = x.shape
        q = rotate(self.q_proj(x).view(batch, length, self.heads, self.dim).transpose(1, 2), *rotary)
        k = rotate(self.k_proj(x).view(batch, length, self.kv_heads, self.dim).transpose(1, 2), *rotary)
        v = self.v_proj(x).view(batch, length, self.kv_heads, self.dim).transpose(1, 2)
        shared = self.heads // self.kv_heads
        k, v = k.repeat_interleave(shared, dim=1), v.repeat_interleave(shared, dim=1)
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(y.transpose(1, 2).reshape(batch, length, -1))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        hidden, inner = CONFIG["hidden_size"], CONFIG["intermediate_size"]
        self.gate_proj = nn.Linear(hidden, inner, bias=False)
        self.up_proj = nn.Linear(hidden, inner, bias=False)
        self.down_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, x):
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attn, self.mlp = Attention(), Mlp()
        self.input_layernorm = RmsNorm(CONFIG["hidden_size"])
        self.post_attention_layernorm = RmsNorm(CONFIG["hidden_size"])

    def forward(self, x, rotary):
        x = x + self.self_attn(self.input_layernorm(x), rotary)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocabulary, CONFIG["hidden_size"])
        self.layers = nn.ModuleList(Layer() for _ in range(CONFIG["num_hidden_layers"]))
        self.norm = RmsNorm(CONFIG["hidden_size"])


class LanguageModel(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.model = Decoder(vocabulary)
        self.lm_head = nn.Linear(CONFIG["hidden_size"], vocabulary, bias=False)
        # Residual branches start smaller, so that the sum over 2 branches a layer keeps the scale of one (GPT-2).
        residual = 0.02 / math.sqrt(2 * CONFIG["num_hidden_layers"])
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=residual if "o_proj" in name or "down_proj" in name else 0.02)

    def forward(self, tokens):
        x = self.model.embed_tokens(tokens)
        rotary = rotary_tables(tokens.shape[1])
        for layer in self.model.layers:
            x = layer(x, rotary)
        return self.lm_head(self.model.norm(x))


def cross_entropy(model, windows):
    """Mean loss in nats a character over `windows`, shape (n, CONTEXT + 1)."""
    logits = model(windows[:, :-1])
    return functional.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())


@torch.no_grad()

def evaluate(model, windows):
    losses = [cross_entropy(model, part).item() * len(part) for part in windows.split(BATCH)]
    return sum(losses) / len(windows)


def learning_rate(step):
    """Linear warm-up, then a half cosine down to the final rate."""
    if step < WARMUP_STEPS:
        return PEAK_LEARNING_RATE * (step + 1) / WARMUP_STEPS
    progress = (step - WARMUP_STEPS) / (STEPS - WARMUP_STEPS)
    return FINAL_LEARNING_RATE + (PEAK_LEARNING_RATE - FINAL_LEARNING_RATE) * 0.5 * (1 + math.cos(math.pi * progress))


def train(model, training, validation, loss_path):
    decayed = [p for p in model.parameters() if p.dim() == 2]
    plain = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": WEIGHT_DECAY},
                                   {"params": plain, "weight_decay": 0.0}], lr=PEAK_LEARNING_RATE, betas=(0.9, 0.95))
    started, recent = time.monotonic(), []
    with open(loss_path, "w", newline="") as file:
        curve = csv.writer(file, lineterminator="\n")
        curve.writerow(["step", "training_loss", "validation_loss"])
        curve.writerow([0, "", f"{evaluate(model, validation):.4f}"])
        for step in range(1, STEPS + 1):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step - 1)
            starts = torch.randint(len(training) - CONTEXT, (BATCH,))
            loss = cross_entropy(model, torch.stack([training[s:s + CONTEXT + 1] for s in starts]))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            recent.append(loss.item())
            if step % LOG_EVERY == 0:
                validated = f"{evaluate(model, validation):.4f}" if step % VALIDATE_EVERY == 0 else ""
                curve.writerow([step, f"{sum(recent) / len(recent):.4f}", validated])
                file.flush()
                print(f"step {step}: training {sum(recent) / len(recent):.4f} validation {validated or '-'} "
                      f"({time.monotonic() - started:.0f} s)", flush=True)
                recent = []


@torch.no_grad()

def continue_text(model, vocabulary, prompt, length):
    """Samples at temperature 0.7 from a generator of its own, so that the sample does not depend on the training."""
    generator = torch.Generator().manual_seed(SEED)
    codes = {character: code for code, character in enumerate(vocabulary)}
    tokens = torch.tensor([[codes[c] for c in prompt]])
    for _ in range(length):
        probabilities = functional.softmax(model(tokens[:, -CONTEXT:])[0, -1] / 0.7, dim=-1)
        tokens = torch.cat((tokens, torch.multinomial(probabilities, 1, generator=generator)[None]), dim=1)
    return "".join(vocabulary[token] for token in tokens[0].tolist())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    arguments = parser.parse_args()

    raw = arguments.text.read_bytes()
    found = hashlib.sha256(raw).hexdigest()
    if found != TEXT_SHA256:
        parser.error(f"{arguments.text}: SHA-256 {TEXT_SHA256} expected, {found} found")
    text = raw.decode("utf-8")
    vocabulary = sorted(set(text))
    codes = {character: code for code, character in enumerate(vocabulary)}
    tokens = torch.tensor([codes[character] for character in text])
    unigram_entropy = -sum(n / len(text) * math.log(n / len(text)) for n in Counter(text).values())

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    cut = len(tokens) * 9 // 10
    training, held = tokens[:cut], tokens[cut:]
    windows = held.unfold(0, CONTEXT + 1, CONTEXT)
    validation = windows[torch.linspace(0, len(windows) - 1, VALIDATION_WINDOWS).long()]

    model = LanguageModel(len(vocabulary))
    train(model, training, validation, arguments.out / "loss.csv")

    # The types people ship: matrices in bfloat16 (rounded to nearest even by torch), norms in float32.
    path = arguments.out / "tiny-lm.safetensors"
    tensors = {name: value.detach().to(torch.bfloat16 if value.dim() == 2 else torch.float32).contiguous()
               for name, value in model.state_dict().items()}
    save_file(tensors, path, metadata={
        "format": "pt",
        "title": "Tiny character model of Newton's Opticks",
        "license": "CC0-1.0",
        "seed": str(SEED),
        "steps": str(STEPS),
        "torch": torch.__version__,
        "safetensors": safetensors.__version__,
    })
    path.chmod(0o644)  # save_file leaves it readable by its owner alone
    config = CONFIG | {"vocab_size": len(vocabulary)}
    (arguments.out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (arguments.out / "vocab.json").write_text(json.dumps(codes, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

    before_rounding = evaluate(model, windows)
    model.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    print(f"parameters: {sum(p.numel() for p in model.parameters())}")
    print(f"entropy of single characters: {unigram_entropy:.4f} nats")
    print(f"loss over all held-out text: {before_rounding:.4f} in float32, {evaluate(model, windows):.4f} as stored")
    print(continue_text(model, vocabulary, "The Colours of ", 400))

if __name__ == "__main__":
    main()
