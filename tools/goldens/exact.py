# SPDX-License-Identifier: Apache-2.0
"""Qwen3.5 in float64 with numpy, written from the formulas and not from transformers: a check of the reference itself.

DeltaNet runs in its recurrent form, one token after the other, where transformers uses chunks of 64 for a whole sequence.
"""

import numpy as np
import torch

from .checkpoints import FULL, Checkpoint, layer_types
from .weights import dequantize_fp8

L2_EPSILON = 1e-6  # fixed in the model, not the config's norm epsilon


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def silu(x):
    return x * sigmoid(x)


def zero_centred_norm(x, weight, epsilon):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * (1.0 + weight)


class ExactModel:
    """The decoder and the MTP head of one checkpoint."""

    def __init__(self, checkpoint: Checkpoint, tensors: dict[str, torch.Tensor]):
        self.config = checkpoint.text_config
        prefix = "model.language_model." if checkpoint.is_nested else "model."
        plain = dequantize_fp8(tensors)
        self.weights = {name.removeprefix(prefix): value.double().numpy() for name, value in plain.items()}
        self.head = self.weights.get("lm_head.weight", self.weights["embed_tokens.weight"])

    def norm(self, x, name):
        return zero_centred_norm(x, self.weights[name], self.config["rms_norm_eps"])

    def linear(self, x, name):
        return x @ self.weights[name].T

    def angles(self, count):
        """cos and sin [count, rotary / 2], with YaRN where the config asks for it."""
        config = self.config
        rope = config.get("rope_parameters") or config["rope_scaling"] | {
            key: config[key] for key in ("rope_theta", "partial_rotary_factor")
        }
        theta, rotary = float(rope["rope_theta"]), int(config["head_dim"] * rope["partial_rotary_factor"])
        frequencies = theta ** (-np.arange(0, rotary, 2) / rotary)
        scale = 1.0
        if rope["rope_type"] == "yarn":
            factor, original = rope["factor"], rope["original_max_position_embeddings"]

            def dimension(turns):
                return rotary * np.log(original / (2 * np.pi * turns)) / (2 * np.log(theta))

            low = max(np.floor(dimension(32)), 0)
            high = min(np.ceil(dimension(1)), rotary - 1)
            ramp = np.clip((np.arange(rotary // 2) - low) / (high - low), 0, 1)
            frequencies = frequencies / factor * ramp + frequencies * (1 - ramp)
            scale = 0.1 * np.log(factor) + 1.0
        angle = np.arange(count)[:, None] * frequencies
        return np.cos(angle) * scale, np.sin(angle) * scale

    def full_attention(self, x, name):
        config = self.config
        count, width = len(x), config["head_dim"]
        heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
        query, gate = np.split(self.linear(x, f"{name}.q_proj.weight").reshape(count, heads, 2 * width), 2, axis=-1)
        query = self.norm(query, f"{name}.q_norm.weight")
        key = self.norm(self.linear(x, f"{name}.k_proj.weight").reshape(count, kv_heads, width), f"{name}.k_norm.weight")
        value = self.linear(x, f"{name}.v_proj.weight").reshape(count, kv_heads, width)
        cos, sin = (part[:, None] for part in self.angles(count))
        half = cos.shape[-1]
        for rows in (query, key):
            a, b = rows[..., :half].copy(), rows[..., half : 2 * half].copy()
            rows[..., :half], rows[..., half : 2 * half] = a * cos - b * sin, b * cos + a * sin
        out = np.empty_like(query)
        hidden_future = np.triu(np.full((count, count), -np.inf), 1)
        for head in range(heads):
            shared = head * kv_heads // heads
            scores = query[:, head] @ key[:, shared].T / np.sqrt(width) + hidden_future
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            out[:, head] = weights / weights.sum(-1, keepdims=True) @ value[:, shared]
        return self.linear((out * sigmoid(gate)).reshape(count, -1), f"{name}.o_proj.weight")

    def delta_net(self, x, name):
        config, count = self.config, len(x)
        key_heads, value_heads = config["linear_num_key_heads"], config["linear_num_value_heads"]
        key_size, value_size = config["linear_key_head_dim"], config["linear_value_head_dim"]
        mixed = self.linear(x, f"{name}.in_proj_qkv.weight")
        kernel = self.weights[f"{name}.conv1d.weight"][:, 0]
        taps = kernel.shape[1]
        padded = np.concatenate([np.zeros((taps - 1, mixed.shape[1])), mixed])
        mixed = silu(sum(kernel[:, tap] * padded[tap : tap + count] for tap in range(taps)))
        query, key, value = np.split(mixed, [key_heads * key_size, 2 * key_heads * key_size], axis=1)
        query, key = (part.reshape(count, key_heads, key_size) for part in (query, key))
        query, key = (part / np.sqrt((part * part).sum(-1, keepdims=True) + L2_EPSILON) for part in (query, key))
        query = query / np.sqrt(key_size)
        value = value.reshape(count, value_heads, value_size)
        owner = np.arange(value_heads) * key_heads // value_heads  # value head -> its key head, in consecutive groups
        query, key = query[:, owner], key[:, owner]
        beta = sigmoid(self.linear(x, f"{name}.in_proj_b.weight"))
        step = np.logaddexp(0.0, self.linear(x, f"{name}.in_proj_a.weight") + self.weights[f"{name}.dt_bias"])
        decay = np.exp(-np.exp(self.weights[f"{name}.A_log"]) * step)
        state = np.zeros((value_heads, key_size, value_size))
        out = np.empty((count, value_heads, value_size))
        for t in range(count):
            state *= decay[t][:, None, None]
            change = beta[t][:, None] * (value[t] - np.einsum("hkv,hk->hv", state, key[t]))
            state += key[t][:, :, None] * change[:, None, :]
            out[t] = np.einsum("hkv,hk->hv", state, query[t])
        out /= np.sqrt((out * out).mean(-1, keepdims=True) + config["rms_norm_eps"])
        gate = self.linear(x, f"{name}.in_proj_z.weight").reshape(out.shape)
        out = out * self.weights[f"{name}.norm.weight"] * silu(gate)
        return self.linear(out.reshape(count, -1), f"{name}.out_proj.weight")

    def layer(self, x, name, full):
        normed = self.norm(x, f"{name}.input_layernorm.weight")
        mixed = self.full_attention(normed, f"{name}.self_attn") if full else self.delta_net(normed, f"{name}.linear_attn")
        x = x + mixed
        normed = self.norm(x, f"{name}.post_attention_layernorm.weight")
        inner = silu(self.linear(normed, f"{name}.mlp.gate_proj.weight")) * self.linear(normed, f"{name}.mlp.up_proj.weight")
        return x + self.linear(inner, f"{name}.mlp.down_proj.weight")

    def hidden(self, tokens):
        """Hidden states after the final norm [tokens, hidden]."""
        x = self.weights["embed_tokens.weight"][tokens]
        for index, kind in enumerate(layer_types(self.config)):
            x = self.layer(x, f"layers.{index}", kind == FULL)
        return self.norm(x, "norm.weight")

    def mtp_logits(self, tokens, hidden):
        embedding = self.norm(self.weights["embed_tokens.weight"][tokens[1:]], "mtp.pre_fc_norm_embedding.weight")
        joined = np.concatenate([embedding, self.norm(hidden[:-1], "mtp.pre_fc_norm_hidden.weight")], axis=1)
        x = self.layer(self.linear(joined, "mtp.fc.weight"), "mtp.layers.0", full=True)
        return self.norm(x, "mtp.norm.weight") @ self.head.T


def compare(checkpoint: Checkpoint, tensors: dict, tokens: list[int], logits: np.ndarray, mtp: np.ndarray | None) -> dict:
    """Largest difference of the reference's float32 logits to the float64 ones."""
    model = ExactModel(checkpoint, tensors)
    hidden = model.hidden(np.array(tokens))
    result = {"logits": float(f"{np.abs(hidden @ model.head.T - logits).max():.2e}")}
    if mtp is not None:
        count = len(mtp) + 1
        exact_mtp = model.mtp_logits(np.array(tokens[:count]), hidden[:count])
        result["mtp"] = float(f"{np.abs(exact_mtp - mtp).max():.2e}")
    return result
