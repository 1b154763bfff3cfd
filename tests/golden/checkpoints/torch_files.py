# SPDX-License-Identifier: Apache-2.0
"""PyTorch's other files: shards, DCP, TorchScript, and archives made by hand that torch itself must load alike."""

import io
import json
import pickle
import struct
import tarfile
import tempfile
import zipfile

import torch
import torch.distributed.checkpoint

from registry import Sample, sample
from torch_values import PRODUCER, expected, random


@sample("torch/index")
def index(folder):
    tensors = {f"layers.{i}.weight": random(f"index{i}", 3, 2 + i, dtype=torch.bfloat16) for i in range(4)}
    files = {"pytorch_model-00001-of-00002.bin": list(tensors)[:3], "pytorch_model-00002-of-00002.bin": list(tensors)[3:]}
    for file, names in files.items():
        torch.save({name: tensors[name] for name in names}, folder / file)
    weight_map = {name: file for file, names in files.items() for name in names}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return Sample("pytorch_model.bin.index.json", expected(tensors), PRODUCER)


def rewritten(source, target, change, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for member in old.infolist():
            info = zipfile.ZipInfo(member.filename)  # dated 1980, for the same bytes in each run
            new.writestr(info, change(member.filename, old.read(member)), compression)


def checked(path, tensors):
    """torch must read the file that was made by hand."""
    loaded = torch.load(path, weights_only=True)
    for name, tensor in tensors.items():
        assert torch.equal(loaded[name], tensor), name
    return Sample(path.name, expected(tensors), f"{PRODUCER}, rewritten by hand, read back by torch")


@sample("torch/big_endian")
def big_endian(folder):
    """What torch writes on s390x: the byteorder record says "big", storages are swapped."""
    tensors = {"f64": random("f64", 3, dtype=torch.float64), "f32": random("f32", 2, 3), "bf16": random("bf16", 5, dtype=torch.bfloat16),
               "i64": torch.tensor([1, -2, 1 << 40]), "i16": torch.tensor([1, -2], dtype=torch.int16), "u8": torch.tensor([1, 255], dtype=torch.uint8),
               "c64": torch.tensor([1 + 2j], dtype=torch.complex64)}
    sizes = [8, 4, 2, 8, 2, 1, 4]

    def swap(name, body):
        if name.endswith("/byteorder"):
            return b"big"
        if "/data/" in name:
            size = sizes[int(name.rsplit("/", 1)[1])]
            return b"".join(body[at:at + size][::-1] for at in range(0, len(body), size))
        return body

    torch.save(tensors, folder / "little.pt")
    rewritten(folder / "little.pt", folder / "big.pt", swap)
    (folder / "little.pt").unlink()
    return checked(folder / "big.pt", tensors)


@sample("torch/deflated")
def deflated(folder):
    tensors = {"a": torch.arange(1000, dtype=torch.float32).remainder(7), "b": random("deflated", 3)}
    torch.save(tensors, folder / "stored.pt")
    rewritten(folder / "stored.pt", folder / "deflated.pt", lambda _, body: body, zipfile.ZIP_DEFLATED)
    (folder / "stored.pt").unlink()
    return checked(folder / "deflated.pt", tensors)


class TarPickler(pickle.Pickler):
    """Tensors as numbers, as the tar format has them."""

    def persistent_id(self, value):
        return value.number if isinstance(value, Numbered) else None


class Numbered:
    def __init__(self, number):
        self.number = number


@sample("torch/tar")
def tar(folder):
    """The form of 2016, a tar of "storages", "tensors" and "pickle", after legacy_load in torch/serialization.py."""
    base = random("tar", 4, 6)
    doubles = random("tar2", 5, dtype=torch.float64)
    tensors = {"base": (base, 1), "transposed": (base.t(), 1), "slice": (base[1:3, 2:], 1), "doubles": (doubles, 2),
               "part": (doubles[1:4], 3)}
    storages = io.BytesIO()
    pickle.dump(2, storages, 2)
    for key, root, kind in ((1, base, torch.FloatStorage), (2, doubles, torch.DoubleStorage)):
        pickle.dump((key, "cpu", kind), storages, 2)
        storages.write(struct.pack("<q", root.numel()) + root.numpy().tobytes())
    pickle.dump([(3, 2, 1, 3)], storages, 2)  # storage 3 is a view of 2: three elements from the first on
    described, numbered = io.BytesIO(), {}
    pickle.dump(len(tensors), described, 2)
    for number, (name, (tensor, storage)) in enumerate(tensors.items(), start=100):
        pickle.dump((number, storage, type(tensor)), described, 2)
        offset = tensor.storage_offset() - (1 if storage == 3 else 0)
        described.write(struct.pack(f"<ii{tensor.dim()}q{tensor.dim()}qq", tensor.dim(), 0, *tensor.shape, *tensor.stride(), offset))
        numbered[name] = Numbered(number)
    body = io.BytesIO()
    TarPickler(body, 2).dump(numbered)
    with tarfile.open(folder / "old.pt", "w") as archive:
        for name, content in (("sys_info", pickle.dumps({"protocol_version": 1000, "little_endian": True}, 2)),
                              ("pickle", body.getvalue()), ("tensors", described.getvalue()), ("storages", storages.getvalue())):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    loaded = torch.load(folder / "old.pt", weights_only=False)
    for name, (tensor, _) in tensors.items():
        assert torch.equal(loaded[name], tensor), name
    return Sample("old.pt", expected({name: tensor for name, (tensor, _) in tensors.items()}),
                  f"hand-made after torch {torch.__version__} serialization.py, read back by torch")


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(8)
        self.first = torch.nn.Linear(4, 3)
        self.blocks = torch.nn.ModuleList([torch.nn.Conv1d(3, 2, 1), torch.nn.BatchNorm1d(2)])
        self.register_buffer("limits", random("limits", 2, dtype=torch.float16))
        self.scale = 2.5

    def forward(self, x):
        return self.blocks[1](self.blocks[0](self.first(x).t().unsqueeze(0))) * self.scale


@sample("torch/script")
def script(folder):
    model = Small().eval()
    torch.jit.save(torch.jit.script(model), folder / "script.pt")
    return Sample("script.pt", expected(model.state_dict()), PRODUCER)


class Offset(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Small()

    def forward(self, x):
        return self.inner(x) + random("offset", 1, 2, 1)


@sample("torch/traced")
def traced(folder):
    """Tensors that a trace made or closed over are constants, which the archive keeps in constants.pkl, without names."""
    model = Offset().eval()
    torch.jit.save(torch.jit.trace(model, random("x", 5, 4)), folder / "traced.pt")
    tensors = dict(model.state_dict()) | {"constants.0": random("offset", 1, 2, 1, dtype=torch.float64),
                                          "constants.1": torch.tensor(2.5, dtype=torch.float64)}
    return Sample("traced.pt", expected(tensors), PRODUCER)


@sample("torch/dcp")
def dcp(folder):
    """Distributed checkpoint (.distcp) of one process: .metadata and one file."""
    model = {"weight": random("dcp", 4, 3), "half": random("dcp.half", 6, dtype=torch.bfloat16), "step": torch.tensor(3)}
    optimizer = {"exp_avg": random("dcp.avg", 4, 3)}
    torch.distributed.checkpoint.save({"model": model, "optimizer": optimizer, "epoch": 2}, checkpoint_id=folder, no_dist=True)
    tensors = {f"model.{name}": tensor for name, tensor in model.items()} | {"optimizer.exp_avg": optimizer["exp_avg"]}
    return Sample(".", expected(tensors), PRODUCER)


def _save_rank(rank, world, folder, rendezvous):
    from torch.distributed.tensor import Shard, distribute_tensor

    torch.distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=world)
    mesh = torch.distributed.init_device_mesh("cpu", (world,))
    state = {name: distribute_tensor(tensor, mesh, [Shard(axis)]) for name, (tensor, axis) in _sharded().items()}
    torch.distributed.checkpoint.save({"model": state | {"replicated": random("replicated", 3)}}, checkpoint_id=folder)
    torch.distributed.destroy_process_group()


def _sharded():
    return {"rows": (random("rows", 5, 3), 0), "columns": (random("columns", 4, 7, dtype=torch.bfloat16), 1), "short": (random("short", 1, 2), 0)}


@sample("torch/dcp_sharded")
def dcp_sharded(folder):
    """As FSDP saves: two processes, each with its shards of every tensor, the last ones shorter or empty."""
    with tempfile.TemporaryDirectory() as temporary:
        torch.multiprocessing.spawn(_save_rank, (2, str(folder), f"{temporary}/rendezvous"), nprocs=2)
    tensors = {f"model.{name}": tensor for name, (tensor, _) in _sharded().items()}
    return Sample(".", expected(tensors | {"model.replicated": random("replicated", 3)}), PRODUCER)
