# SPDX-License-Identifier: Apache-2.0
"""The table of tiny checkpoints: their configurations, and why each one exists.

Every checkpoint differs from the others in sizes that a loader or a kernel could wrongly assume: head counts, head sizes,
kernel width, layer pattern, tied or untied head, stored type, layout of the config and of the tensor names. The configs
are written by hand in the shape in which real files come, not as transformers would save them today.
"""

from dataclasses import dataclass

LINEAR = "linear_attention"
FULL = "full_attention"


@dataclass
class Checkpoint:
    """One tiny model. `stored_type` is the safetensors dtype; `shards` > 1 makes an index file."""

    name: str
    about: str
    seed: int
    config: dict
    stored_type: str  # "f32", "bf16", "f16" or "fp8"
    shards: int = 1
    with_mtp: bool = False
    all_positions: bool = False  # logits at each of the 1000 positions; otherwise 0..199 and a selection
    token_count: int = 0  # ids drawn from [0, token_count); 0 means the whole vocabulary

    @property
    def text_config(self) -> dict:
        return self.config.get("text_config", self.config)

    @property
    def is_qwen35(self) -> bool:
        return self.text_config["model_type"] == "qwen3_5_text"

    @property
    def is_nested(self) -> bool:
        return "text_config" in self.config

    @property
    def tied(self) -> bool:
        fallback = self.text_config.get("tie_word_embeddings", False)
        return self.config.get("tie_word_embeddings", fallback)


def layer_types(config: dict) -> list[str]:
    """The layer pattern of a Qwen3.5 text config: the list if there is one, else every n-th layer is full attention."""
    if "layer_types" in config:
        return config["layer_types"]
    interval = config.get("full_attention_interval", 4)
    return [FULL if (i + 1) % interval == 0 else LINEAR for i in range(config["num_hidden_layers"])]


QWEN35_GROUPED = Checkpoint(
    name="qwen35_grouped",
    about="Flat Qwen3_5ForCausalLM, f32, tied; 3 value heads per key head, key dim 10 and value dim 13, odd sizes throughout, "
    "kernel 3, irregular layer_types, a norm epsilon of 1e-3 (so that using it, or not, in the wrong place shows)",
    seed=35001,
    stored_type="f32",
    all_positions=True,
    config={
        "architectures": ["Qwen3_5ForCausalLM"],
        "model_type": "qwen3_5_text",
        "dtype": "float32",
        "vocab_size": 131,
        "hidden_size": 44,
        "intermediate_size": 53,
        "num_hidden_layers": 5,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "head_dim": 15,
        "hidden_act": "silu",
        "max_position_embeddings": 2048,
        "rms_norm_eps": 0.001,
        "tie_word_embeddings": True,
        "attention_bias": False,
        "attn_output_gate": True,
        "layer_types": [LINEAR, FULL, LINEAR, LINEAR, FULL],
        "linear_conv_kernel_dim": 3,
        "linear_key_head_dim": 10,
        "linear_value_head_dim": 13,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 6,
        "mamba_ssm_dtype": "float32",
        "eos_token_id": 130,
        "bos_token_id": None,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 500000,
            "partial_rotary_factor": 0.4,
            "mrope_interleaved": True,
            "mrope_section": [1, 1, 1],
        },
    },
)

QWEN35_NESTED = Checkpoint(
    name="qwen35_nested",
    about="Nested Qwen3_5ForConditionalGeneration with a tiny vision tower and MTP tensors, bf16 with A_log and "
    "linear_attn.norm in f32, untied, three shards with an index, kernel 4, 2 value heads per key head, "
    "full_attention_interval 3 instead of layer_types",
    seed=35002,
    stored_type="bf16",
    shards=3,
    with_mtp=True,
    all_positions=True,
    token_count=128,  # 128..131 are the vision tokens
    config={
        "architectures": ["Qwen3_5ForConditionalGeneration"],
        "model_type": "qwen3_5",
        "image_token_id": 128,
        "video_token_id": 129,
        "vision_start_token_id": 130,
        "vision_end_token_id": 131,
        "tie_word_embeddings": False,
        "text_config": {
            "model_type": "qwen3_5_text",
            "dtype": "bfloat16",
            "vocab_size": 132,
            "hidden_size": 48,
            "intermediate_size": 72,
            "num_hidden_layers": 5,
            "num_attention_heads": 4,
            "num_key_value_heads": 1,
            "head_dim": 32,
            "hidden_act": "silu",
            "max_position_embeddings": 4096,
            "rms_norm_eps": 1e-06,
            "tie_word_embeddings": False,
            "attention_bias": False,
            "attention_dropout": 0.0,
            "attn_output_gate": True,
            "full_attention_interval": 3,
            "linear_conv_kernel_dim": 4,
            "linear_key_head_dim": 16,
            "linear_value_head_dim": 16,
            "linear_num_key_heads": 2,
            "linear_num_value_heads": 4,
            "mamba_ssm_dtype": "float32",
            "mlp_only_layers": [],
            "mtp_num_hidden_layers": 1,
            "mtp_use_dedicated_embeddings": False,
            "eos_token_id": 127,
            "use_cache": True,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 10000000,
                "partial_rotary_factor": 0.25,
                "mrope_interleaved": True,
                "mrope_section": [2, 1, 1],
            },
        },
        "vision_config": {
            "model_type": "qwen3_5",
            "depth": 1,
            "hidden_size": 16,
            "hidden_act": "gelu_pytorch_tanh",
            "intermediate_size": 20,
            "num_heads": 2,
            "in_channels": 3,
            "patch_size": 4,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "out_hidden_size": 48,
            "num_position_embeddings": 16,
            "deepstack_visual_indexes": [],
        },
    },
)

QWEN35_YARN = Checkpoint(
    name="qwen35_yarn",
    about="Flat Qwen3_5ForCausalLM, f16, tied, with MTP tensors, one value head per key head, YaRN in the old fields "
    "(rope_theta, rope_scaling, partial_rotary_factor), full attention first",
    seed=35003,
    stored_type="f16",
    with_mtp=True,
    all_positions=True,
    config={
        "architectures": ["Qwen3_5ForCausalLM"],
        "model_type": "qwen3_5_text",
        "torch_dtype": "float16",
        "vocab_size": 129,
        "hidden_size": 40,
        "intermediate_size": 56,
        "num_hidden_layers": 4,
        "num_attention_heads": 3,
        "num_key_value_heads": 3,
        "head_dim": 32,
        "hidden_act": "silu",
        "max_position_embeddings": 1024,
        "rms_norm_eps": 1e-06,
        "tie_word_embeddings": True,
        "attention_bias": False,
        "layer_types": [FULL, LINEAR, LINEAR, FULL],
        "linear_conv_kernel_dim": 4,
        "linear_key_head_dim": 12,
        "linear_value_head_dim": 12,
        "linear_num_key_heads": 3,
        "linear_num_value_heads": 3,
        "mtp_num_hidden_layers": 1,
        "eos_token_id": [127, 128],
        "rope_theta": 10000.0,
        "partial_rotary_factor": 0.5,
        "rope_scaling": {
            "rope_type": "yarn",
            "factor": 4.0,
            "original_max_position_embeddings": 256,
            "mrope_interleaved": True,
            "mrope_section": [3, 3, 2],
        },
    },
)

QWEN35_FP8 = Checkpoint(
    name="qwen35_fp8",
    about="Flat Qwen3_5ForCausalLM with FP8 (e4m3) block weights: sizes beyond one block and not multiples of 128; "
    "weight_scale_inv is bf16 in layer 0 and f32 in layer 1; the rest bf16, untied, 2 value heads per key head",
    seed=35004,
    stored_type="fp8",
    config={
        "architectures": ["Qwen3_5ForCausalLM"],
        "model_type": "qwen3_5_text",
        "dtype": "bfloat16",
        "vocab_size": 128,
        "hidden_size": 136,
        "intermediate_size": 150,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 24,
        "hidden_act": "silu",
        "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-06,
        "tie_word_embeddings": False,
        "attention_bias": False,
        "layer_types": [LINEAR, FULL],
        "linear_conv_kernel_dim": 4,
        "linear_key_head_dim": 18,
        "linear_value_head_dim": 18,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
        "eos_token_id": 127,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10000000,
            "partial_rotary_factor": 0.25,
            "mrope_interleaved": True,
            "mrope_section": [1, 1, 1],
        },
        "quantization_config": {
            "quant_method": "fp8",
            "fmt": "e4m3",
            "activation_scheme": "dynamic",
            "weight_block_size": [128, 128],
            "modules_to_not_convert": [
                "lm_head",
                "model.embed_tokens",
                "model.layers.0.linear_attn.conv1d",
                "model.layers.0.linear_attn.in_proj_a",
                "model.layers.0.linear_attn.in_proj_b",
            ],
        },
    },
)

LLAMA3 = Checkpoint(
    name="llama3",
    about="LlamaForCausalLM, f32, untied, 3 query heads per KV head, rope_scaling llama3 in the old fields, no head_dim field",
    seed=35005,
    stored_type="f32",
    all_positions=True,
    config={
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "torch_dtype": "float32",
        "vocab_size": 101,
        "hidden_size": 48,
        "intermediate_size": 67,
        "num_hidden_layers": 2,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "hidden_act": "silu",
        "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-05,
        "tie_word_embeddings": False,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": 99,
        "eos_token_id": [98, 100],
        "rope_theta": 10000.0,
        "rope_scaling": {
            "rope_type": "llama3",
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64,
        },
    },
)

LLAMA_TIED = Checkpoint(
    name="llama_tied",
    about="LlamaForCausalLM as SmolLM2 has it: bf16, tied, no rope scaling, 3 query heads on 1 KV head",
    seed=35006,
    stored_type="bf16",
    config={
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "torch_dtype": "bfloat16",
        "vocab_size": 103,
        "hidden_size": 42,
        "intermediate_size": 61,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "num_key_value_heads": 1,
        "hidden_act": "silu",
        "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-05,
        "tie_word_embeddings": True,
        "attention_bias": False,
        "rope_interleaved": False,
        "rope_scaling": None,
        "rope_theta": 100000,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 2,
    },
)

QWEN2 = Checkpoint(
    name="qwen2",
    about="Qwen2ForCausalLM, f32, untied, biases on q, k and v",
    seed=35007,
    stored_type="f32",
    config={
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "torch_dtype": "float32",
        "vocab_size": 109,
        "hidden_size": 40,
        "intermediate_size": 59,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "hidden_act": "silu",
        "max_position_embeddings": 2048,
        "max_window_layers": 2,
        "sliding_window": 2048,
        "use_sliding_window": False,
        "rms_norm_eps": 1e-06,
        "rope_theta": 1000000.0,
        "tie_word_embeddings": False,
        "bos_token_id": 107,
        "eos_token_id": 108,
    },
)

QWEN3 = Checkpoint(
    name="qwen3",
    about="Qwen3ForCausalLM, f32, tied, q and k norms, head_dim 18 with 4 heads over hidden 36",
    seed=35008,
    stored_type="f32",
    config={
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "torch_dtype": "float32",
        "vocab_size": 113,
        "hidden_size": 36,
        "intermediate_size": 55,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 18,
        "hidden_act": "silu",
        "max_position_embeddings": 2048,
        "max_window_layers": 3,
        "sliding_window": None,
        "use_sliding_window": False,
        "attention_bias": False,
        "rms_norm_eps": 1e-06,
        "rope_scaling": None,
        "rope_theta": 1000000,
        "tie_word_embeddings": True,
        "bos_token_id": 111,
        "eos_token_id": 112,
    },
)

CHECKPOINTS = [QWEN35_GROUPED, QWEN35_NESTED, LLAMA3, QWEN35_YARN, QWEN35_FP8, LLAMA_TIED, QWEN2, QWEN3]
