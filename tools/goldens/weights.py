# SPDX-License-Identifier: Apache-2.0
"""Random weights for the tiny checkpoints, and the writing of the safetensors files.

Each tensor has its own generator, seeded by the checkpoint's seed and the tensor's name, so that adding one tensor changes
no other. The spreads are chosen so that every path shows in the logits: norms well away from their neutral value, decays
from nearly none to strong, gates in their steep part, logits of about 2 in standard deviation.
"""

import json
import zlib
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from .checkpoints import FULL, Checkpoint, layer_types

FP8_BLOCK = 128
FP8_MAX = 448.0  # largest finite e4m3fn
FP8_PROJECTIONS = (
    "q_proj", "k_proj", "v_proj", "o_proj", "in_proj_qkv", "in_proj_z", "out_proj", "gate_proj", "up_proj", "down_proj",
)  # fmt: skip
TORCH_TYPE = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16, "fp8": torch.bfloat16}


def full_attention_shapes(prefix: str, config: dict, gated: bool) -> dict[str, tuple]:
    """The self_attn tensors; Qwen3.5's q_proj holds [query | gate] per head."""
    hidden = config["hidden_size"]
    head_dim = config.get("head_dim") or hidden // config["num_attention_heads"]
    queries, keys = config["num_attention_heads"] * head_dim, config["num_key_value_heads"] * head_dim
    shapes = {
        f"{prefix}.q_proj.weight": (queries * (2 if gated else 1), hidden),
        f"{prefix}.k_proj.weight": (keys, hidden),
        f"{prefix}.v_proj.weight": (keys, hidden),
        f"{prefix}.o_proj.weight": (hidden, queries),
    }
    if config["model_type"] == "qwen2":
        shapes |= {f"{prefix}.q_proj.bias": (queries,), f"{prefix}.k_proj.bias": (keys,), f"{prefix}.v_proj.bias": (keys,)}
    if config["model_type"] in ("qwen3", "qwen3_5_text"):
        shapes |= {f"{prefix}.q_norm.weight": (head_dim,), f"{prefix}.k_norm.weight": (head_dim,)}
    return shapes


def linear_attention_shapes(prefix: str, config: dict) -> dict[str, tuple]:
    """The linear_attn tensors of a Gated DeltaNet layer."""
    hidden, value_heads = config["hidden_size"], config["linear_num_value_heads"]
    key_dim = config["linear_num_key_heads"] * config["linear_key_head_dim"]
    value_dim = value_heads * config["linear_value_head_dim"]
    channels = 2 * key_dim + value_dim
    return {
        f"{prefix}.in_proj_qkv.weight": (channels, hidden),
        f"{prefix}.in_proj_z.weight": (value_dim, hidden),
        f"{prefix}.in_proj_b.weight": (value_heads, hidden),
        f"{prefix}.in_proj_a.weight": (value_heads, hidden),
        f"{prefix}.conv1d.weight": (channels, 1, config["linear_conv_kernel_dim"]),
        f"{prefix}.dt_bias": (value_heads,),
        f"{prefix}.A_log": (value_heads,),
        f"{prefix}.norm.weight": (config["linear_value_head_dim"],),
        f"{prefix}.out_proj.weight": (hidden, value_dim),
    }


def layer_shapes(prefix: str, config: dict, full: bool) -> dict[str, tuple]:
    """One decoder layer: two norms, the mixer, the MLP."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    gated = config["model_type"] == "qwen3_5_text"
    mixer = (
        full_attention_shapes(f"{prefix}.self_attn", config, gated)
        if full
        else linear_attention_shapes(f"{prefix}.linear_attn", config)
    )
    return {
        f"{prefix}.input_layernorm.weight": (hidden,),
        f"{prefix}.post_attention_layernorm.weight": (hidden,),
        **mixer,
        f"{prefix}.mlp.gate_proj.weight": (inner, hidden),
        f"{prefix}.mlp.up_proj.weight": (inner, hidden),
        f"{prefix}.mlp.down_proj.weight": (hidden, inner),
    }


def vision_shapes(config: dict) -> dict[str, tuple]:
    """The vision tower of a nested checkpoint: extra tensors to a text-only reader."""
    width, inner, patch = config["hidden_size"], config["intermediate_size"], config["patch_size"]
    merged = width * config["spatial_merge_size"] ** 2
    frames = config["temporal_patch_size"]
    shapes = {
        "patch_embed.proj.weight": (width, config["in_channels"], frames, patch, patch),
        "patch_embed.proj.bias": (width,),
        "pos_embed.weight": (config["num_position_embeddings"], width),
        "merger.norm.weight": (width,),
        "merger.norm.bias": (width,),
        "merger.linear_fc1.weight": (merged, merged),
        "merger.linear_fc1.bias": (merged,),
        "merger.linear_fc2.weight": (config["out_hidden_size"], merged),
        "merger.linear_fc2.bias": (config["out_hidden_size"],),
    }
    for block in range(config["depth"]):
        for name, shape in {
            "norm1.weight": (width,), "norm1.bias": (width,), "norm2.weight": (width,), "norm2.bias": (width,),
            "attn.qkv.weight": (3 * width, width), "attn.qkv.bias": (3 * width,),
            "attn.proj.weight": (width, width), "attn.proj.bias": (width,),
            "mlp.linear_fc1.weight": (inner, width), "mlp.linear_fc1.bias": (inner,),
            "mlp.linear_fc2.weight": (width, inner), "mlp.linear_fc2.bias": (width,),
        }.items():  # fmt: skip
            shapes[f"blocks.{block}.{name}"] = shape
    return {f"model.visual.{name}": shape for name, shape in shapes.items()}


def mtp_shapes(config: dict) -> dict[str, tuple]:
    """The 15 tensors of the multi-token prediction head."""
    hidden = config["hidden_size"]
    return {
        "mtp.fc.weight": (hidden, 2 * hidden),
        "mtp.pre_fc_norm_embedding.weight": (hidden,),
        "mtp.pre_fc_norm_hidden.weight": (hidden,),
        "mtp.norm.weight": (hidden,),
        **layer_shapes("mtp.layers.0", config, full=True),
    }


def checkpoint_shapes(checkpoint: Checkpoint) -> dict[str, tuple]:
    """Every tensor of the checkpoint with its shape, in the order of the file names of the format."""
    config = checkpoint.text_config
    prefix = "model.language_model" if checkpoint.is_nested else "model"
    kinds = layer_types(config) if checkpoint.is_qwen35 else [FULL] * config["num_hidden_layers"]
    table = (config["vocab_size"], config["hidden_size"])
    shapes = {f"{prefix}.embed_tokens.weight": table}
    for index, kind in enumerate(kinds):
        shapes |= layer_shapes(f"{prefix}.layers.{index}", config, kind == FULL)
    shapes[f"{prefix}.norm.weight"] = (config["hidden_size"],)
    if not checkpoint.tied:
        shapes["lm_head.weight"] = table
    if checkpoint.is_nested:
        shapes |= vision_shapes(checkpoint.config["vision_config"])
    if checkpoint.with_mtp:
        shapes |= mtp_shapes(config)
    return shapes


def random_tensor(checkpoint: Checkpoint, name: str, shape: tuple) -> np.ndarray:
    """Values for one tensor by the last words of its name, as float32."""
    draw = np.random.Generator(np.random.PCG64([checkpoint.seed, zlib.crc32(name.encode())]))
    normal = draw.standard_normal(shape).astype(np.float32)
    centre = 0.0 if checkpoint.is_qwen35 else 1.0  # Qwen3.5's norms are stored around 0 and applied as 1 + w
    leaf = ".".join(name.split(".")[-2:])
    if name.startswith("model.visual."):
        return normal * np.float32(0.1)
    if leaf == "embed_tokens.weight" and not checkpoint.tied:
        return normal * np.float32(0.5)
    if leaf in ("embed_tokens.weight", "lm_head.weight"):
        return normal * np.float32(2.0 / np.sqrt(shape[1]))
    if name.endswith("linear_attn.norm.weight"):
        return np.float32(1.0) + normal * np.float32(0.2)
    if leaf in ("q_norm.weight", "k_norm.weight"):  # a little above neutral, so that attention is not flat
        return np.float32(centre + 0.4) + normal * np.float32(0.2)
    if len(shape) == 1 and leaf.endswith("weight"):
        return np.float32(centre) + normal * np.float32(0.2)
    if leaf.endswith("A_log"):  # decay rates from long memory to short, in mixed order
        return draw.permutation(np.linspace(np.log(0.01), np.log(4.0), shape[0])).astype(np.float32) + normal * np.float32(0.1)
    if leaf.endswith("dt_bias"):
        return np.float32(-1.0) + normal
    if leaf.endswith("bias"):
        return normal * np.float32(0.5)
    fan_in = int(np.prod(shape[1:]))
    return normal * np.float32(1.0 / np.sqrt(fan_in))


def blockwise(scale: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """One scale per 128 x 128 block, spread over the elements; the last blocks of a row or column may be partial."""
    wide = scale.float().repeat_interleave(FP8_BLOCK, 0).repeat_interleave(FP8_BLOCK, 1)
    return wide[: shape[0], : shape[1]]


def quantize_fp8(weight: torch.Tensor, scale_type: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """q = weight / scale in e4m3fn, where scale brings each block's largest value near 448. Returns q and the scales."""
    rows, columns = (-(-size // FP8_BLOCK) for size in weight.shape)
    scale = torch.empty(rows, columns)
    for i in range(rows):
        for j in range(columns):
            block = weight[i * FP8_BLOCK : (i + 1) * FP8_BLOCK, j * FP8_BLOCK : (j + 1) * FP8_BLOCK]
            scale[i, j] = block.abs().max() / FP8_MAX
    scale = scale.to(scale_type)
    scaled = (weight / blockwise(scale, weight.shape)).clamp(-FP8_MAX, FP8_MAX)
    return scaled.to(torch.float8_e4m3fn), scale


def dequantize_fp8(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What the FP8 file means: W = q * scale in float32, other tensors as they are, the scales gone."""
    plain = {}
    for name, tensor in tensors.items():
        scale = tensors.get(f"{name}_scale_inv")
        if not name.endswith("_scale_inv"):
            plain[name] = tensor.float() * blockwise(scale, tensor.shape) if scale is not None else tensor.float()
    return plain


def make_tensors(checkpoint: Checkpoint) -> dict[str, torch.Tensor]:
    """All tensors of the checkpoint in the types in which they are stored."""
    tensors = {}
    for name, shape in checkpoint_shapes(checkpoint).items():
        value = torch.from_numpy(random_tensor(checkpoint, name, shape))
        module = name.split(".")[-2]
        if checkpoint.stored_type == "fp8" and module in FP8_PROJECTIONS:
            scale_type = torch.bfloat16 if ".layers.0." in name else torch.float32
            tensors[name], tensors[f"{name}_scale_inv"] = quantize_fp8(value, scale_type)
        elif name.endswith(("A_log", "linear_attn.norm.weight")):  # f32 in Qwen3.5's own files
            tensors[name] = value
        else:
            tensors[name] = value.to(TORCH_TYPE[checkpoint.stored_type])
    return tensors


def save_readable(tensors: dict[str, torch.Tensor], path: Path) -> None:
    """safetensors makes its files readable by their owner only; goldens are for everyone."""
    save_file(tensors, path, metadata={"format": "pt"})
    path.chmod(0o644)


def write_checkpoint(checkpoint: Checkpoint, directory: Path) -> dict[str, torch.Tensor]:
    """Write config.json and the safetensors file or shards; return the stored tensors."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "config.json").write_text(json.dumps(checkpoint.config, indent=2) + "\n")
    tensors = make_tensors(checkpoint)
    if checkpoint.shards == 1:
        save_readable(tensors, directory / "model.safetensors")
        return tensors
    names = list(tensors)
    per_shard = -(-len(names) // checkpoint.shards)
    weight_map = {}
    for shard in range(checkpoint.shards):
        file = f"model-{shard + 1:05d}-of-{checkpoint.shards:05d}.safetensors"
        part = names[shard * per_shard : (shard + 1) * per_shard]
        save_readable({name: tensors[name] for name in part}, directory / file)
        weight_map |= {name: file for name in part}
    total = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    (directory / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
    return tensors
