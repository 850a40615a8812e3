# SPDX-License-Identifier: Apache-2.0
"""GGUF files of a `capy init` directory for the peers: the same weights, in the types that llama.cpp knows.

The BF16 file is written here, tensor by tensor as the directory holds them (names and layouts: docs of tools/make_gguf.py, but
without torch and without the MTP head, which plain decoding never reads). The other types come from llama.cpp's own quantiser
with its usual recipe, so that they are the files that people run.
"""
import ctypes
import json
import os
import pathlib

import numpy as np

# llama_ftype of llama.h.
FILE_TYPES = {"BF16": 32, "Q4_0": 2, "Q8_0": 7, "Q4_K_M": 15, "IQ4_XS": 30}
TOP_NAMES = {"embed_tokens.weight": "token_embd.weight", "norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}
LAYER_NAMES = {
    "input_layernorm.weight": "attn_norm.weight", "post_attention_layernorm.weight": "post_attention_norm.weight",
    "mlp.gate_proj.weight": "ffn_gate.weight", "mlp.up_proj.weight": "ffn_up.weight", "mlp.down_proj.weight": "ffn_down.weight",
    "self_attn.q_proj.weight": "attn_q.weight", "self_attn.k_proj.weight": "attn_k.weight",
    "self_attn.v_proj.weight": "attn_v.weight", "self_attn.o_proj.weight": "attn_output.weight",
    "self_attn.q_norm.weight": "attn_q_norm.weight", "self_attn.k_norm.weight": "attn_k_norm.weight",
    "linear_attn.in_proj_qkv.weight": "attn_qkv.weight", "linear_attn.in_proj_z.weight": "attn_gate.weight",
    "linear_attn.in_proj_b.weight": "ssm_beta.weight", "linear_attn.in_proj_a.weight": "ssm_alpha.weight",
    "linear_attn.conv1d.weight": "ssm_conv1d.weight", "linear_attn.dt_bias": "ssm_dt.bias", "linear_attn.A_log": "ssm_a",
    "linear_attn.norm.weight": "ssm_norm.weight", "linear_attn.out_proj.weight": "ssm_out.weight",
}


def tensors_of(directory):
    """Yields (name, values) of a directory's safetensors file: bfloat16 as uint16, everything else as NumPy knows it."""
    for file in sorted(pathlib.Path(directory).glob("*.safetensors")):
        with open(file, "rb") as stream:
            size = int.from_bytes(stream.read(8), "little")
            header = json.loads(stream.read(size))
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            kind = {"BF16": np.uint16, "F32": np.float32}[entry["dtype"]]
            begin, end = entry["data_offsets"]
            count = (end - begin) // np.dtype(kind).itemsize
            values = np.memmap(file, kind, "r", 8 + size + begin, (count,)) if count else np.zeros(0, kind)
            yield name, values.reshape(entry["shape"])


def widened(values):
    return values if values.dtype == np.float32 else (values.astype(np.uint32) << 16).view(np.float32)


def tiled(part, key_heads, value_heads, size):
    """Value heads from grouped order (head j uses key head j / r) to tiled order (j mod key_heads)."""
    grouped = part.reshape(key_heads, value_heads // key_heads, size, *part.shape[1:])
    return np.ascontiguousarray(grouped.swapaxes(0, 1)).reshape(part.shape)


def converted(config, name, values):
    """The values as GGUF keeps them; vectors and the convolution are float32."""
    keys, heads = config["linear_num_key_heads"], config["linear_num_value_heads"]
    key_size, size = config["linear_key_head_dim"], config["linear_value_head_dim"]
    if name.endswith("conv1d.weight"):
        values = widened(values).reshape(values.shape[0], values.shape[-1])
    elif values.ndim == 1:
        values = widened(values)
    if "in_proj_qkv" in name or "conv1d" in name:
        first = 2 * keys * key_size
        values = np.concatenate([values[:first], tiled(values[first:], keys, heads, size)])
    elif "in_proj_z" in name:
        values = tiled(values, keys, heads, size)
    elif name.endswith(("in_proj_a.weight", "in_proj_b.weight", "A_log", "dt_bias")):
        values = tiled(values, keys, heads, 1)
    elif "out_proj" in name:
        values = np.ascontiguousarray(tiled(np.ascontiguousarray(values.T), keys, heads, size).T)
    if name.endswith("A_log"):
        return -np.exp(values)
    if values.ndim == 1 and "norm" in name and not name.endswith("linear_attn.norm.weight"):
        return values + np.float32(1)
    return values


def write_bf16(directory, target):
    import gguf  # only here: the runner itself needs no packages

    whole = json.loads((pathlib.Path(directory) / "config.json").read_text())
    config = whole | whole.get("text_config", {})
    rope = config["rope_parameters"]
    writer = gguf.GGUFWriter(target, "qwen35")
    writer.add_name(pathlib.Path(directory).name)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_rope_dimension_count(int(config["head_dim"] * rope.get("partial_rotary_factor", 0.25)))
    writer.add_rope_dimension_sections((list(rope.get("mrope_section", [11, 11, 10])) + [0, 0, 0, 0])[:4])
    writer.add_ssm_conv_kernel(config["linear_conv_kernel_dim"])
    writer.add_ssm_state_size(config["linear_key_head_dim"])
    writer.add_ssm_group_count(config["linear_num_key_heads"])
    writer.add_ssm_time_step_rank(config["linear_num_value_heads"])
    writer.add_ssm_inner_size(config["linear_value_head_dim"] * config["linear_num_value_heads"])
    writer.add_full_attention_interval(config.get("full_attention_interval", 4))
    writer.add_file_type(FILE_TYPES["BF16"])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    write_vocabulary(writer, gguf, config["vocab_size"])
    for name, values in tensors_of(directory):
        name = name.removeprefix("model.").removeprefix("language_model.")
        if name.startswith("mtp."):
            continue
        values = converted(config, name, values)
        if name.startswith("layers."):
            _, layer, rest = name.split(".", 2)
            target_name = f"blk.{layer}.{LAYER_NAMES[rest]}"
        else:
            target_name = TOP_NAMES[name]
        if values.dtype == np.uint16:
            writer.add_tensor(target_name, values.view(np.uint8), raw_dtype=gguf.GGMLQuantizationType.BF16)
        else:
            writer.add_tensor(target_name, np.ascontiguousarray(values, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_vocabulary(writer, gguf, size):
    """As many tokens as the model has, with names that mean nothing: a peer that knows no vocabulary may refuse to run."""
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    names = ["a", "b", "ab"]  # what one merge needs
    writer.add_token_list(names + [f"[{i}]" for i in range(len(names), size)])
    writer.add_token_types([gguf.TokenType.NORMAL] * size)
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(size - 1)


def quantise(source, target, file_type, threads):
    import llama_cpp

    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = FILE_TYPES[file_type]
    params.nthread = threads
    quiet = llama_cpp.llama_log_callback(lambda _level, _text, _data: None)
    llama_cpp.llama_log_set(quiet, ctypes.c_void_p(0))
    if llama_cpp.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(params)) != 0:
        raise SystemExit(f"llama.cpp could not quantise {source} to {file_type}")


def make(directory, folder, file_type, threads=2):
    """The file of that type in `folder`, made if it is not there; BF16 is made on the way."""
    folder = pathlib.Path(folder)
    target = folder / f"{pathlib.Path(directory).name}-{file_type}.gguf"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".unfinished")
    if file_type == "BF16":
        write_bf16(directory, unfinished)
    else:
        quantise(make(directory, folder, "BF16", threads), unfinished, file_type, threads)
    unfinished.rename(target)
    return target


if __name__ == "__main__":
    import sys

    if len(sys.argv) < 4:
        sys.exit(f"usage: peer_files.py DIRECTORY FOLDER TYPE...   (types: {', '.join(FILE_TYPES)})")
    for wanted in sys.argv[3:]:
        print(make(sys.argv[1], sys.argv[2], wanted), flush=True)
