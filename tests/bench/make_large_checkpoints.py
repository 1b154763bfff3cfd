#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what tests/bench/large_checkpoints.sh measures: make_large_checkpoints.py FOLDER

FOLDER/sparse   a sharded checkpoint of 40 GB of FP16 whose files are holes: nothing but headers is on disk
FOLDER/f32      one FP32 tensor of 2 GiB, rows of 4,096 normal values of deviation 0.02
FOLDER/bf16     the same as BF16
FOLDER/many     92,000 BF16 tensors of 16 x 32: 61 layers of 256 experts, and what is around them
"""
import array
import json
import pathlib
import random
import struct
import sys


def header(entries):
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def write_sparse(folder, shards=40, layers_each=2, rows=4096, columns=15616):
    folder.mkdir(parents=True, exist_ok=True)
    weight_map = {}
    for shard in range(shards):
        name = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        entries, end = {}, 0
        for layer in range(layers_each):
            for part in ("q", "k", "v", "o"):
                tensor = f"model.layers.{shard * layers_each + layer}.self_attn.{part}_proj.weight"
                begin, end = end, end + 2 * rows * columns
                entries[tensor] = {"dtype": "F16", "shape": [rows, columns], "data_offsets": [begin, end]}
                weight_map[tensor] = name
        head = header(entries)
        with open(folder / name, "wb") as file:
            file.write(head)
            file.truncate(len(head) + end)
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": shards * end}, "weight_map": weight_map}))


def write_dense(folder, dtype, block, bytes_each):
    folder.mkdir(parents=True, exist_ok=True)
    size = 2 << 30
    shape = [size // bytes_each // 4096, 4096]
    with open(folder / "model.safetensors", "wb") as file:
        file.write(header({"weight": {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}}))
        for _ in range(size // len(block)):
            file.write(block)


def write_many(folder, block, tensors=92_000, shape=(16, 32)):
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"model.layers.{layer}.mlp.experts.{expert}.{part}_proj.weight"
             for layer in range(61) for expert in range(256) for part in ("gate", "up", "down")]
    names = names[: tensors * 9 // 10]
    names += [f"model.layers.{i // 200}.self_attn.{i % 200}.weight" for i in range(tensors - len(names))]
    size = 2 * shape[0] * shape[1]
    entries = {name: {"dtype": "BF16", "shape": list(shape), "data_offsets": [i * size, (i + 1) * size]}
               for i, name in enumerate(names)}
    with open(folder / "model.safetensors", "wb") as file:
        file.write(header(entries))
        left = size * len(names)
        while left > 0:
            left -= file.write(block[:left])


def main():
    folder = pathlib.Path(sys.argv[1])
    write_sparse(folder / "sparse")
    generator = random.Random(1)
    floats = array.array("f", (generator.gauss(0, 0.02) for _ in range(1 << 22)))
    block = floats.tobytes()
    write_dense(folder / "f32", "F32", block, 4)
    halves = array.array("H", (word >> 16 for word in array.array("I", block)))
    write_dense(folder / "bf16", "BF16", halves.tobytes(), 2)
    write_many(folder / "many", halves.tobytes())


if __name__ == "__main__":
    main()
