# SPDX-License-Identifier: Apache-2.0
"""Converts a Hugging Face checkpoint directory (Qwen3.5, Qwen3, Qwen2, Llama) to a GGUF v3 file.

    python tools/make_gguf.py IN_DIR OUT.gguf [--type f32|f16|bf16|q8_0|q4_0] [--pre NAME]

The keys, names and layouts are those of llama.cpp's convert_hf_to_gguf.py, so that a reader of its files can be tested on
tiny checkpoints which that script would refuse for their vocabulary. What it does to the weights:

  Llama    rows of q_proj and k_proj are permuted from rotate-half to interleaved pairs, head by head; rope_scaling llama3
           becomes a tensor rope_freqs.weight of divisors.
  Qwen3.5  zero-centred norms are stored as 1 + w; ssm_a = -exp(A_log); value heads go from grouped order (head j uses key
           head j / r) to tiled order (j uses j mod key_heads); mtp.* becomes block number num_hidden_layers with nextn.*.

Compared with the converter inside llama-cpp-python 0.3.36: same tensors, byte for byte, and same keys, but for three things.
The converter adds 1 to an f16 norm in f16, here in f32 (no rounding). It always writes attention.recurrent_layers, here only
when the config lists layer_types, as its older versions did (then full_attention_interval is right; in its own files it may
be a meaningless 4). Here {arch}.vocab_size is always written, since there may be no token list to count.
Where value and key heads differ in size nothing more is needed: the value size is ssm.inner_size / ssm.time_step_rank.
Without tokenizer.json in IN_DIR the file says tokenizer.ggml.model "none"; with it, byte-level BPE is written.
"""

import argparse
import json
import math
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import load_file

from goldens.weights import dequantize_fp8

ARCHITECTURES = {"qwen3_5_text": "qwen35", "qwen3": "qwen3", "qwen2": "qwen2", "llama": "llama"}
PRE_TOKENIZERS = {"qwen35": "qwen35", "qwen3": "qwen2", "qwen2": "qwen2", "llama": "llama-bpe"}
FILE_TYPES = {
    "f32": (gguf.GGMLQuantizationType.F32, gguf.LlamaFileType.ALL_F32),
    "f16": (gguf.GGMLQuantizationType.F16, gguf.LlamaFileType.MOSTLY_F16),
    "bf16": (gguf.GGMLQuantizationType.BF16, gguf.LlamaFileType.MOSTLY_BF16),
    "q8_0": (gguf.GGMLQuantizationType.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
    "q4_0": (gguf.GGMLQuantizationType.Q4_0, gguf.LlamaFileType.MOSTLY_Q4_0),
}
TOP_NAMES = {"embed_tokens.weight": "token_embd.weight", "norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}
LAYER_NAMES = {
    "input_layernorm.weight": "attn_norm.weight",
    "mlp.gate_proj.weight": "ffn_gate.weight",
    "mlp.up_proj.weight": "ffn_up.weight",
    "mlp.down_proj.weight": "ffn_down.weight",
    "self_attn.q_proj.weight": "attn_q.weight",
    "self_attn.k_proj.weight": "attn_k.weight",
    "self_attn.v_proj.weight": "attn_v.weight",
    "self_attn.o_proj.weight": "attn_output.weight",
    "self_attn.q_proj.bias": "attn_q.bias",
    "self_attn.k_proj.bias": "attn_k.bias",
    "self_attn.v_proj.bias": "attn_v.bias",
    "self_attn.q_norm.weight": "attn_q_norm.weight",
    "self_attn.k_norm.weight": "attn_k_norm.weight",
    "linear_attn.in_proj_qkv.weight": "attn_qkv.weight",
    "linear_attn.in_proj_z.weight": "attn_gate.weight",
    "linear_attn.in_proj_b.weight": "ssm_beta.weight",
    "linear_attn.in_proj_a.weight": "ssm_alpha.weight",
    "linear_attn.conv1d.weight": "ssm_conv1d.weight",
    "linear_attn.dt_bias": "ssm_dt.bias",
    "linear_attn.A_log": "ssm_a",
    "linear_attn.norm.weight": "ssm_norm.weight",
    "linear_attn.out_proj.weight": "ssm_out.weight",
    "eh_proj.weight": "nextn.eh_proj.weight",
    "enorm.weight": "nextn.enorm.weight",
    "hnorm.weight": "nextn.hnorm.weight",
    "shared_head.norm.weight": "nextn.shared_head_norm.weight",
}
MTP_NAMES = {"fc": "eh_proj", "pre_fc_norm_embedding": "enorm", "pre_fc_norm_hidden": "hnorm", "norm": "shared_head.norm"}
ALWAYS_F32 = ("_norm.weight", "ssm_conv1d.weight")  # besides everything with one dimension


def convert(source: Path, target: Path, type_name: str, pre: str | None = None, name: str | None = None) -> None:
    """Write `target` from the checkpoint directory `source`."""
    config = json.loads((source / "config.json").read_text())
    config = config | config.get("text_config", {})
    arch = ARCHITECTURES[config["model_type"]]
    tensors = read_tensors(source)
    mtp_layers = config.get("mtp_num_hidden_layers", 0) if any(key.startswith("mtp.") for key in tensors) else 0
    writer = gguf.GGUFWriter(target, arch)
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(name or source.resolve().name)
    write_hyperparameters(writer, arch, config, mtp_layers)
    tensor_type, file_type = FILE_TYPES[type_name]
    writer.add_file_type(file_type)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    write_vocabulary(writer, arch, source, config, pre)
    for tensor_name, value in converted_tensors(arch, config, tensors):
        write_tensor(writer, tensor_name, value, tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read_tensors(source: Path) -> dict[str, torch.Tensor]:
    """All tensors of the directory in float32, FP8 blocks dequantised, shards joined."""
    tensors = {}
    for file in sorted(source.glob("model*.safetensors")):
        tensors |= load_file(file)
    return dequantize_fp8(tensors)


def rope_parameters(config: dict) -> dict:
    """The new `rope_parameters`, or the same from the old fields."""
    rope = dict(config.get("rope_parameters") or config.get("rope_scaling") or {})
    for key in ("rope_theta", "partial_rotary_factor"):
        if key in config:
            rope.setdefault(key, config[key])
    if "type" in rope:
        rope.setdefault("rope_type", rope["type"])
    return rope


def head_size(config: dict) -> int:
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def write_hyperparameters(writer: gguf.GGUFWriter, arch: str, config: dict, mtp_layers: int) -> None:
    """The {arch}.* keys. block_count includes the MTP block."""
    rope = rope_parameters(config)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_block_count(config["num_hidden_layers"] + mtp_layers)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    if arch == "llama" or config.get("head_dim"):  # the converter, too, leaves them out for Qwen2
        writer.add_key_length(head_size(config))
        writer.add_value_length(head_size(config))
    write_rope(writer, arch, config, rope)
    if arch == "qwen35":
        write_delta_net(writer, config, mtp_layers)


def write_rope(writer: gguf.GGUFWriter, arch: str, config: dict, rope: dict) -> None:
    """Base, dimensions and scaling. llama3 scaling is a tensor instead of keys."""
    if "rope_theta" in rope:
        writer.add_rope_freq_base(rope["rope_theta"])
    if arch == "llama":
        writer.add_rope_dimension_count(head_size(config))
    if arch == "qwen35":
        writer.add_rope_dimension_count(int(head_size(config) * rope.get("partial_rotary_factor", 0.25)))
        sections = rope.get("mrope_section", [11, 11, 10])
        writer.add_rope_dimension_sections((list(sections) + [0, 0, 0, 0])[:4])
    kind = rope.get("rope_type", "default")
    if kind in ("yarn", "linear"):
        writer.add_rope_scaling_type(gguf.RopeScalingType(kind))
        writer.add_rope_scaling_factor(rope["factor"])
    if kind == "yarn":
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
    elif kind not in ("default", "linear", "llama3"):
        raise SystemExit(f"rope_type {kind} is not supported")


def write_delta_net(writer: gguf.GGUFWriter, config: dict, mtp_layers: int) -> None:
    """The ssm.* keys, which name Gated DeltaNet's sizes, and the layer pattern."""
    writer.add_ssm_conv_kernel(config["linear_conv_kernel_dim"])
    writer.add_ssm_state_size(config["linear_key_head_dim"])
    writer.add_ssm_group_count(config["linear_num_key_heads"])
    writer.add_ssm_time_step_rank(config["linear_num_value_heads"])
    writer.add_ssm_inner_size(config["linear_value_head_dim"] * config["linear_num_value_heads"])
    writer.add_full_attention_interval(config.get("full_attention_interval", 4))
    if "layer_types" in config:
        recurrent = [kind == "linear_attention" for kind in config["layer_types"]] + [False] * mtp_layers
        writer.add_array("qwen35.attention.recurrent_layers", recurrent)
    if mtp_layers:
        writer.add_nextn_predict_layers(mtp_layers)


def write_vocabulary(writer: gguf.GGUFWriter, arch: str, source: Path, config: dict, pre: str | None) -> None:
    """Byte-level BPE from tokenizer.json, padded to vocab_size; without the file, the model "none"."""
    path = source / "tokenizer.json"
    if not path.exists():
        writer.add_tokenizer_model("none")
        return
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    if tokenizer["model"]["type"] != "BPE" or "ByteLevel" not in json.dumps(tokenizer.get("decoder")):
        raise SystemExit("tokenizer.json: only byte-level BPE is supported")
    tokens = [f"[PAD{i}]" for i in range(config["vocab_size"])]
    kinds = [gguf.TokenType.UNUSED] * len(tokens)
    for token, index in tokenizer["model"]["vocab"].items():
        tokens[index], kinds[index] = token, gguf.TokenType.NORMAL
    for added in tokenizer["added_tokens"]:
        tokens[added["id"]] = added["content"]
        kinds[added["id"]] = gguf.TokenType.CONTROL if added["special"] else gguf.TokenType.USER_DEFINED
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre or PRE_TOKENIZERS[arch])
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    gguf.SpecialVocab(source, load_merges=True).add_to_gguf(writer)


def converted_tensors(arch: str, config: dict, tensors: dict[str, torch.Tensor]):
    """Pairs of GGUF name and float32 values; vision tensors are left out, as the converter does."""
    if arch == "llama" and rope_parameters(config).get("rope_type") == "llama3":
        yield "rope_freqs.weight", llama3_divisors(config)
    for name, value in tensors.items():
        if ".visual." not in name:
            name = plain_name(name, config["num_hidden_layers"])
            yield gguf_name(arch, name), reshaped(arch, config, name, value.float()).contiguous().numpy()


def plain_name(name: str, layers: int) -> str:
    """Without the prefix of either layout; mtp.* becomes a further layer."""
    if name.startswith("mtp.layers."):
        index, rest = name.removeprefix("mtp.layers.").split(".", 1)
        return f"layers.{layers + int(index)}.{rest}"
    if name.startswith("mtp."):
        part, leaf = name.removeprefix("mtp.").rsplit(".", 1)
        return f"layers.{layers}.{MTP_NAMES[part]}.{leaf}"
    return name.removeprefix("model.").removeprefix("language_model.")


def gguf_name(arch: str, name: str) -> str:
    if not name.startswith("layers."):
        return TOP_NAMES[name]
    _, index, rest = name.split(".", 2)
    if rest == "post_attention_layernorm.weight":  # the norm before the MLP has two names in GGUF
        return f"blk.{index}.{'post_attention_norm' if arch == 'qwen35' else 'ffn_norm'}.weight"
    return f"blk.{index}.{LAYER_NAMES[rest]}"


def reshaped(arch: str, config: dict, name: str, value: torch.Tensor) -> torch.Tensor:
    """The values as GGUF keeps them: see the top of the file."""
    if arch == "llama" and ".q_proj." in name:
        return permuted_for_pairs(value, config["num_attention_heads"])
    if arch == "llama" and ".k_proj." in name:
        return permuted_for_pairs(value, config["num_key_value_heads"])
    if arch != "qwen35":
        return value
    if ".linear_attn." in name:
        value = tiled_value_heads(config, name, value)
    if name.endswith("A_log"):
        return -torch.exp(value)
    if name.endswith("conv1d.weight"):
        return value.reshape(value.shape[0], value.shape[-1])
    if value.dim() == 1 and "norm" in name and not name.endswith("linear_attn.norm.weight"):
        return value + 1
    return value


def permuted_for_pairs(value: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows of each head from halves [a0 a1 .. b0 b1 ..] to pairs [a0 b0 a1 b1 ..], weights and biases alike."""
    return value.reshape(heads, 2, -1, *value.shape[1:]).swapaxes(1, 2).reshape(value.shape)


def tiled_value_heads(config: dict, name: str, value: torch.Tensor) -> torch.Tensor:
    """Value head j of the file becomes head (j mod r) * key_heads + j / r, with r value heads per key head."""
    key_heads, value_heads = config["linear_num_key_heads"], config["linear_num_value_heads"]
    key_size, value_size = config["linear_key_head_dim"], config["linear_value_head_dim"]

    def tiled(part: torch.Tensor, size: int) -> torch.Tensor:
        grouped = part.reshape(key_heads, value_heads // key_heads, size, *part.shape[1:])
        return grouped.swapaxes(0, 1).reshape(part.shape)

    if "in_proj_qkv" in name or "conv1d" in name:
        first_value = 2 * key_heads * key_size
        return torch.cat([value[:first_value], tiled(value[first_value:], value_size)])
    if "in_proj_z" in name:
        return tiled(value, value_size)
    if name.endswith(("in_proj_a.weight", "in_proj_b.weight", "A_log", "dt_bias")):
        return tiled(value, 1)
    if "out_proj" in name:
        return tiled(value.T.contiguous(), value_size).T
    return value


def llama3_divisors(config: dict) -> np.ndarray:
    """What each rotary frequency is divided by: 1 for short waves, the factor for long ones, a blend between."""
    rope = rope_parameters(config)
    size, original = head_size(config), rope["original_max_position_embeddings"]
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    divisors = []
    for frequency in 1.0 / (rope["rope_theta"] ** (torch.arange(0, size, 2, dtype=torch.float32) / size)):
        turns = original * float(frequency) / (2 * math.pi)
        blend = min(max((turns - low) / (high - low), 0.0), 1.0)
        divisors.append(1.0 / ((1.0 - blend) / rope["factor"] + blend))
    return np.array(divisors, dtype=np.float32)


def write_tensor(writer: gguf.GGUFWriter, name: str, value: np.ndarray, tensor_type: gguf.GGMLQuantizationType) -> None:
    """Vectors, norms and the convolution stay f32; rows that do not fill blocks become f16, as in the converter."""
    if value.ndim <= 1 or name.endswith(ALWAYS_F32):
        tensor_type = gguf.GGMLQuantizationType.F32
    elif value.shape[-1] % gguf.GGML_QUANT_SIZES[tensor_type][0] != 0:
        tensor_type = gguf.GGMLQuantizationType.F16
    writer.add_tensor(name, gguf.quants.quantize(value, tensor_type), raw_dtype=tensor_type)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="IN_DIR")
    parser.add_argument("target", type=Path, metavar="OUT.gguf")
    parser.add_argument("--type", choices=FILE_TYPES, default="f32")
    parser.add_argument("--pre", help="tokenizer.ggml.pre, where the architecture's usual one is wrong (SmolLM2: smollm)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    convert(arguments.source, arguments.target, arguments.type, arguments.pre)


if __name__ == "__main__":
    main()
