# SPDX-License-Identifier: Apache-2.0
"""Random PEFT LoRA adapters for two of the tiny checkpoints, and the logits that peft computes with them, unmerged.

The adapter files are written by peft itself, so that their names and configs are the real ones. Each result is checked
against W + s B A merged by hand, s = alpha / r, or alpha / sqrt(r) with rslora.
"""

import json
import math
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file

from .checkpoints import CHECKPOINTS
from .reference import load_reference

TARGETS = [
    "q_proj", "k_proj", "v_proj", "o_proj", "in_proj_qkv", "in_proj_z", "in_proj_a", "in_proj_b", "out_proj",
    "gate_proj", "up_proj", "down_proj",
]  # fmt: skip
TOKENS = 200
MERGED_BOUND = 1e-3


@dataclass
class Adapter:
    """One adapter: the settings that go into adapter_config.json."""

    name: str
    base: str
    seed: int
    r: int
    lora_alpha: int
    use_rslora: bool = False
    targets: list[str] = field(default_factory=lambda: list(TARGETS))
    rank_pattern: dict[str, int] = field(default_factory=dict)
    alpha_pattern: dict[str, int] = field(default_factory=dict)

    def scale(self, module: str) -> float:
        """The factor s of a module; a pattern applies where the module's path ends with it."""
        rank = next((value for key, value in self.rank_pattern.items() if module.endswith("." + key)), self.r)
        alpha = next((value for key, value in self.alpha_pattern.items() if module.endswith("." + key)), self.lora_alpha)
        return alpha / (math.sqrt(rank) if self.use_rslora else rank)


ADAPTERS = [
    Adapter(name="grouped_r4", base="qwen35_grouped", seed=36001, r=4, lora_alpha=8),
    Adapter(
        name="grouped_rslora",
        base="qwen35_grouped",
        seed=36002,
        r=3,
        lora_alpha=5,
        use_rslora=True,
        rank_pattern={"q_proj": 5, "layers.0.linear_attn.in_proj_qkv": 2},
        alpha_pattern={"down_proj": 9, "layers.2.linear_attn.out_proj": 2},
    ),
    Adapter(
        name="nested_r2", base="qwen35_nested", seed=36004, r=2, lora_alpha=3, targets=["q_proj", "v_proj", "in_proj_qkv", "out_proj"]
    ),
]
CASES = [["grouped_r4"], ["grouped_rslora"], ["grouped_r4", "grouped_rslora"], ["nested_r2"]]


def write_adapter(model, adapter: Adapter, directory: Path) -> None:
    """Attach a fresh adapter, fill it with random values, let peft write it, and take the machine's paths out of its config."""
    config = LoraConfig(
        r=adapter.r,
        lora_alpha=adapter.lora_alpha,
        use_rslora=adapter.use_rslora,
        target_modules=adapter.targets,
        rank_pattern=adapter.rank_pattern,
        alpha_pattern=adapter.alpha_pattern,
        lora_dropout=0.0,
        bias="none",
        task_type="CAUSAL_LM",
    )
    tuned = get_peft_model(model, config)
    for name, parameter in tuned.named_parameters():
        if "lora_" in name:
            draw = np.random.Generator(np.random.PCG64([adapter.seed, zlib.crc32(name.encode())]))
            spread = 1.0 / math.sqrt(parameter.shape[1]) if "lora_A" in name else 0.03
            parameter.data = torch.from_numpy(draw.standard_normal(tuple(parameter.shape)).astype(np.float32) * np.float32(spread))
    tuned.save_pretrained(directory)
    (directory / "README.md").unlink(missing_ok=True)
    (directory / "adapter_model.safetensors").chmod(0o644)
    path = directory / "adapter_config.json"
    written = json.loads(path.read_text()) | {"base_model_name_or_path": None, "target_modules": sorted(adapter.targets)}
    path.write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")


@torch.no_grad()
def merged_logits(model, adapters: list[Adapter], root: Path, tokens: list[int]) -> np.ndarray:
    """Logits with the adapters added into the weights by hand."""
    for adapter in adapters:
        tensors = load_file(root / adapter.name / "adapter_model.safetensors")
        for name, down in tensors.items():
            if name.endswith(".lora_A.weight"):
                module = name.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
                up = tensors[name.replace("lora_A", "lora_B")]
                model.get_submodule(module).weight += adapter.scale(module) * up @ down
    return model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0].numpy().copy()


@torch.no_grad()
def peft_logits(model, adapters: list[Adapter], root: Path, tokens: list[int]) -> np.ndarray:
    """Logits with the adapters beside the weights, as peft runs them; several at once add up."""
    first, *others = adapters
    tuned = PeftModel.from_pretrained(model, root / first.name, adapter_name=first.name)
    for adapter in others:
        tuned.load_adapter(root / adapter.name, adapter_name=adapter.name)
    tuned.base_model.set_adapter([adapter.name for adapter in adapters])
    return tuned.eval()(input_ids=torch.tensor([tokens]), use_cache=False).logits[0].numpy().copy()


def make_all(out: Path, generator, compact_json, save_rows) -> None:
    """Write the adapters and tests/golden/lora/golden.json. The checkpoints themselves must exist under `out`."""
    root = out / "lora"
    by_name = {adapter.name: adapter for adapter in ADAPTERS}
    checkpoints = {checkpoint.name: checkpoint for checkpoint in CHECKPOINTS}

    def fresh_model(name):
        return load_reference(checkpoints[name], out / "models" / name)

    for adapter in ADAPTERS:
        write_adapter(fresh_model(adapter.base), adapter, root / adapter.name)
    cases = []
    for names in CASES:
        adapters = [by_name[name] for name in names]
        base = adapters[0].base
        tokens = json.loads((out / "models" / base / "golden.json").read_text())["tokens"][:TOKENS]
        logits = peft_logits(fresh_model(base), adapters, root, tokens)
        difference = np.abs(merged_logits(fresh_model(base), adapters, root, tokens) - logits).max()
        plain = np.load(out / "models" / base / "logits.npy")[:TOKENS]
        assert difference < MERGED_BOUND, (names, difference)
        cases.append(
            {
                "base": f"models/{base}",
                "adapters": names,
                "token_count": TOKENS,
                "logits": save_rows(root / f"{'+'.join(names)}.npy", logits, list(range(TOKENS))),
                "merged_max_difference": float(f"{difference:.2e}"),
                "mean_change_of_logits": round(float(np.abs(logits - plain).mean()), 4),
            }
        )
        print(f"lora {names}: merged {difference:.2e}, mean change {cases[-1]['mean_change_of_logits']}")
    seeds = {adapter.name: adapter.seed for adapter in ADAPTERS}
    golden = {"generator": generator(seeds), "reference": "peft, float32, adapters not merged, scale 1", "cases": cases}
    (root / "golden.json").write_text(compact_json(golden))
