#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records what the linear layers of a PyTorch model are given, for `ulp quantize --calibration` (docs/calibration.md).

In your own program, around the forward passes that you consider typical:

    from capture_calibration import Capture
    with Capture(model, keep_tokens=2048) as capture:
        for batch in batches:
            model(**batch)
    capture.save("calibration.safetensors")

Or, for a model and tokenizer of Hugging Face transformers and a text file with one passage a line:

    python3 capture_calibration.py MODEL TEXTS.txt calibration.safetensors [--keep-tokens N] [--no-hessian]

Needs torch and safetensors (and transformers as a program). Written for each layer, named as in the model's state dict:

    <layer>.inputs           float32 [tokens, columns]   the first `keep_tokens` input vectors
    <layer>.hessian          float32 [columns, columns]  2/samples * sum of x x^T over all input vectors (summed in float64)
    <layer>.second_moments   float32 [columns]           mean of x * x over all
    <layer>.mean_magnitudes  float32 [columns]           mean of |x| over all
    <layer>.max_magnitudes   float32 [columns]           largest |x| of all
    <layer>.samples          int64 [1]                   how many input vectors there were
"""

import argparse

import torch


class Capture:
    """Hooks on every torch.nn.Linear (and transformers' Conv1D) of a model while the `with` block runs."""

    def __init__(self, model, keep_tokens=2048, hessian=True, layers=None):
        """layers: a function of a layer's name that says whether to record it; all by default."""
        self.model, self.keep_tokens, self.hessian = model, keep_tokens, hessian
        self.layers = layers or (lambda name: True)
        self.records, self.hooks, self.mask = {}, [], None

    def use_mask(self, attention_mask):
        """Leaves out the padding of the next forward pass: pass the batch's attention mask before it, or None."""
        self.mask = None if attention_mask is None else attention_mask.reshape(-1).bool()

    def __enter__(self):
        for name, module in self.model.named_modules():
            if type(module).__name__ in ("Linear", "Conv1D") and self.layers(name):
                self.hooks.append(module.register_forward_pre_hook(self._hook(name)))
        return self

    def __exit__(self, *_):
        for hook in self.hooks:
            hook.remove()
        self.hooks = []

    def _hook(self, name):
        def record(_, arguments):
            x = arguments[0].detach().reshape(-1, arguments[0].shape[-1])
            if self.mask is not None and len(self.mask) == len(x):
                x = x[self.mask.to(x.device)]
            self._add(name, x.float())
        return record

    @torch.no_grad()
    def _add(self, name, x):
        columns = x.shape[1]
        record = self.records.setdefault(name, {
            "samples": 0, "inputs": [], "kept": 0,
            "squares": torch.zeros(columns, dtype=torch.float64, device=x.device),
            "magnitudes": torch.zeros(columns, dtype=torch.float64, device=x.device),
            "maxima": torch.zeros(columns, device=x.device),
            "products": torch.zeros(columns, columns, dtype=torch.float64, device=x.device) if self.hessian else None})
        record["samples"] += len(x)
        wide = x.double()
        record["squares"] += wide.square().sum(0)
        record["magnitudes"] += wide.abs().sum(0)
        if len(x):
            record["maxima"] = torch.maximum(record["maxima"], x.abs().amax(0))
        if self.hessian:
            record["products"] += wide.T @ wide
        room = self.keep_tokens - record["kept"]
        if room > 0:
            record["inputs"].append(x[:room].cpu().clone())
            record["kept"] += min(room, len(x))

    def tensors(self):
        out = {}
        for name, record in self.records.items():
            n = record["samples"]
            if n == 0:
                continue
            if record["inputs"]:
                out[f"{name}.inputs"] = torch.cat(record["inputs"])
            if self.hessian:
                out[f"{name}.hessian"] = (2 / n * record["products"]).float().cpu()
            out[f"{name}.second_moments"] = (record["squares"] / n).float().cpu()
            out[f"{name}.mean_magnitudes"] = (record["magnitudes"] / n).float().cpu()
            out[f"{name}.max_magnitudes"] = record["maxima"].cpu()
            out[f"{name}.samples"] = torch.tensor([n], dtype=torch.int64)
        return out

    def save(self, path):
        """.npz for numpy, anything else safetensors."""
        tensors = {name: tensor.contiguous() for name, tensor in self.tensors().items()}
        if str(path).endswith(".npz"):
            import numpy
            numpy.savez(path, **{name: tensor.numpy() for name, tensor in tensors.items()})
        else:
            from safetensors.torch import save_file
            save_file(tensors, str(path))


def main():
    parser = argparse.ArgumentParser(description="Records the inputs of a transformers model's linear layers.")
    parser.add_argument("model", help="a folder, or a name that transformers can load")
    parser.add_argument("texts", help="a text file, one passage a line")
    parser.add_argument("output", help=".safetensors or .npz")
    parser.add_argument("--keep-tokens", type=int, default=2048, help="input vectors kept for each layer (default 2048)")
    parser.add_argument("--no-hessian", action="store_true", help="leave the Hessians out: they are columns x columns")
    parser.add_argument("--max-length", type=int, default=512, help="tokens of a passage (default 512)")
    parser.add_argument("--causal", action="store_true", help="load a model that generates text, with its head")
    options = parser.parse_args()

    from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    model = (AutoModelForCausalLM if options.causal else AutoModel).from_pretrained(options.model).eval()
    with open(options.texts, encoding="utf-8") as file:
        passages = [line.strip() for line in file if line.strip()]
    with torch.no_grad(), Capture(model, options.keep_tokens, not options.no_hessian) as capture:
        for passage in passages:
            model(**tokenizer(passage, truncation=True, max_length=options.max_length, return_tensors="pt"))
    capture.save(options.output)
    print(f"{options.output}: {len(capture.records)} layers, {len(passages)} passages")


if __name__ == "__main__":
    main()
