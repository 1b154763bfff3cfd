#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recipes of a real model, read back by the tools that they are for.

    verify_recipes.py ULP MODEL_FOLDER CALIBRATION [BITS]

Each recipe must be no worse, in the error that it minimizes, than every uniform plan within the same budget. Then:
  gptqmodel       GPTQModel's QuantizeConfig reads quantize_config.json, and its dynamic_get says what each module gets
  llm-compressor  compressed-tensors' QuantizationScheme reads each group; its own matching says what each module gets
  bitsandbytes    transformers' BitsAndBytesConfig reads the config; each module is converted or left out
  modelopt        PyYAML reads quant_cfg.yaml; fnmatch, as ModelOpt has it, says which quantizers are on
llama.cpp's is read by verify_llama_cpp.py.
"""

import fnmatch
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "checkpoints"))
import sources  # noqa: E402


def recipe(options, tool):
    ulp, model, calibration, bits = options
    run = subprocess.run([ulp, "recipe", model, "--bits", bits, "--calibration", calibration, "--for", tool, "--json"],
                         capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"verify_recipes: {tool}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def module(name):
    return name.removesuffix(".weight")


def knobs(scheme):
    """{"bits": "3"} of gptq:bits=3."""
    return dict(knob.split("=") for knob in scheme.split(":")[1:])


def check_gptqmodel(found, text):
    names = ["gptqmodel.quantization.config"]
    config_module, = sources.modules_from(sources.unpacked(sources.GPTQMODEL), names, missing=("tokenicer", "device_smi"))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "quantize_config.json").write_text(text)
        read = config_module.QuantizeConfig.from_pretrained(folder)
    wrong = 0
    for tensor in found["tensors"]:
        name = "bert." + module(tensor["name"])  # as the model's class has it
        if tensor["scheme"] == "as_stored":
            wrong += read.dynamic_get(name) is not False
            continue
        asked = {"bits": 4, "group": 128} | {key: int(value) for key, value in knobs(tensor["scheme"]).items()}
        wrong += read.dynamic_get(name) is False
        wrong += read.dynamic_get(name, "bits", read.bits) != asked["bits"]
        wrong += read.dynamic_get(name, "group_size", read.group_size) != asked["group"]
        wrong += read.dynamic_get(name, "desc_act", read.desc_act) is not False
        wrong += read.dynamic_get(name, "act_group_aware", read.act_group_aware) is not False
    return len(found["tensors"]), wrong


def check_llm_compressor(found, text):
    from compressed_tensors.quantization import QuantizationScheme
    from compressed_tensors.utils.match import match_name
    modifier = yaml.safe_load(text)["quant_stage"]["quant_modifiers"]["QuantizationModifier"]
    groups = {key: QuantizationScheme(**value) for key, value in modifier["config_groups"].items()}
    bits = {"compressed_int4": 4, "nvfp4": 4, "compressed_int8": 8, "fp8_row": 8}
    wrong = 0
    for tensor in found["tensors"]:
        name = "bert." + module(tensor["name"])
        of = [scheme for scheme in groups.values() if any(match_name(name, target) for target in scheme.targets)]
        if tensor["scheme"] == "as_stored":
            wrong += bool(of) or not any(match_name(name, target) for target in modifier["ignore"])
            continue
        wrong += len(of) != 1 or of[0].weights.num_bits != bits[tensor["scheme"].split(":")[0]]
    return len(found["tensors"]), wrong


def check_bitsandbytes(found, text):
    from transformers import BitsAndBytesConfig
    from transformers.quantizers.quantizers_utils import should_convert_module
    config = BitsAndBytesConfig.from_dict(json.loads(text)["quantization_config"])
    wrong = not config.load_in_4bit or config.bnb_4bit_quant_type != "nf4"
    for tensor in found["tensors"]:
        converted = should_convert_module(module(tensor["name"]), config.llm_int8_skip_modules)
        wrong += converted != (tensor["scheme"] != "as_stored")
    return len(found["tensors"]), wrong


def check_modelopt(found, text):
    entries = yaml.safe_load(text)["quant_cfg"]
    bits = {"nvfp4": "e2m1", "mxfp4": "e2m1", "fp8_tensor": "e4m3", "mxfp8_e4m3": "e4m3"}
    wrong = 0
    for tensor in found["tensors"]:
        name = "bert." + module(tensor["name"]) + ".weight_quantizer"
        on = [entry for entry in entries if fnmatch.fnmatch(name, entry["quantizer_name"])]
        if tensor["scheme"] == "as_stored":
            wrong += on[-1].get("enable", True)
        else:
            wrong += len(on) != 2 or on[-1]["cfg"]["num_bits"] != bits[tensor["scheme"]]
    return len(found["tensors"]), wrong


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    options = [*sys.argv[1:4], sys.argv[4] if len(sys.argv) == 5 else "4.5"]
    failures = 0
    for tool, check in (("gptqmodel", check_gptqmodel), ("llm-compressor", check_llm_compressor),
                        ("bitsandbytes", check_bitsandbytes), ("modelopt", check_modelopt)):
        found = recipe(options, tool)
        total = found["total"]
        within = [plan for plan in found["uniform"] if plan["withinBudget"]]
        best = min(within, key=lambda plan: plan["error"])
        tensors, wrong = check(found, found["file"]["text"])
        failures += wrong + (total["error"] > best["error"] * (1 + 1e-12))
        print(f"{tool:15} {total['bitsPerWeight']:.4f} bits, {100 * total['error']:.4f} % lost (gap {found['gap']:.1e}); "
              f"best uniform {best['scheme']} at {best['bitsPerWeight']:.4f}: {100 * best['error']:.4f} %; "
              f"{tensors} tensors read back, {wrong} wrong")
    print(f"{failures} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
