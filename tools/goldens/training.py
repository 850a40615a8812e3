# SPDX-License-Identifier: Apache-2.0
"""Tiny checkpoints for the trainer, and what PyTorch computes on them: losses, every gradient, ten steps of AdamW.

Each is small enough that all its gradients are committed (about 5,000 parameters). The main model is transformers' own in
float32; the MTP head, which transformers leaves out, is built of its modules as SPEC 3 says.
"""

import json
from pathlib import Path

import numpy as np
import torch
from transformers.models.qwen3_5.modeling_qwen3_5 import Qwen3_5DecoderLayer, Qwen3_5RMSNorm

from .checkpoints import FULL, LINEAR, Checkpoint
from .reference import load_reference, text_model
from .weights import save_readable, write_checkpoint

TOKENS = 150  # beyond two chunks of 64
LOSS_FROM = 5
MTP_WEIGHT = 0.3
STEPS = 10
ADAMW = {"lr": 3e-3, "betas": [0.9, 0.95], "eps": 1e-8, "weight_decay": 0.1, "clip": 0.5}


def tiny(name: str, about: str, seed: int, with_mtp: bool, **sizes) -> Checkpoint:
    """A flat Qwen3.5 text config: what the checkpoints share, and the sizes in which they differ."""
    config = {
        "architectures": ["Qwen3_5ForCausalLM"],
        "model_type": "qwen3_5_text",
        "dtype": "float32",
        "hidden_act": "silu",
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-5,
        "attention_bias": False,
        "attn_output_gate": True,
        "mamba_ssm_dtype": "float32",
        "eos_token_id": 0,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10000,
            "partial_rotary_factor": 0.5,
            "mrope_interleaved": True,
            "mrope_section": [1, 1, 0],
        },
        **({"mtp_num_hidden_layers": 1} if with_mtp else {}),
        **sizes,
    }
    config["num_hidden_layers"] = len(config["layer_types"])
    return Checkpoint(name=name, about=about, seed=seed, config=config, stored_type="f32", with_mtp=with_mtp)


CHECKPOINTS = [
    tiny(
        "grouped",
        "tied, 2 query heads per KV head, 2 value heads per key head, key dim 4 and value dim 6, kernel 3",
        35101,
        with_mtp=False,
        vocab_size=29,
        hidden_size=12,
        intermediate_size=14,
        layer_types=[LINEAR, FULL],
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        linear_conv_kernel_dim=3,
        linear_num_key_heads=2,
        linear_num_value_heads=4,
        linear_key_head_dim=4,
        linear_value_head_dim=6,
        tie_word_embeddings=True,
    ),
    tiny(
        "untied_mtp",
        "untied with an MTP head, 3 query heads on one KV head, one value head per key head, value dim below key dim, kernel 4",
        35102,
        with_mtp=True,
        vocab_size=23,
        hidden_size=10,
        intermediate_size=13,
        layer_types=[LINEAR, LINEAR, FULL],
        num_attention_heads=3,
        num_key_value_heads=1,
        head_dim=8,
        linear_conv_kernel_dim=4,
        linear_num_key_heads=2,
        linear_num_value_heads=2,
        linear_key_head_dim=7,
        linear_value_head_dim=5,
        tie_word_embeddings=False,
    ),
    tiny(
        "tied_mtp",
        "tied with an MTP head: one table is looked up twice and multiplied twice; full attention first",
        35103,
        with_mtp=True,
        vocab_size=31,
        hidden_size=12,
        intermediate_size=11,
        layer_types=[FULL, LINEAR],
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=8,
        linear_conv_kernel_dim=4,
        linear_num_key_heads=1,
        linear_num_value_heads=3,
        linear_key_head_dim=5,
        linear_value_head_dim=4,
        tie_word_embeddings=True,
    ),
]


class MtpHead(torch.nn.ModuleDict):
    """The MTP head of SPEC 3 from transformers' modules."""

    def __init__(self, config):
        layer_config = type(config).from_dict(config.to_dict() | {"num_hidden_layers": 1, "layer_types": [FULL]})
        layer_config._attn_implementation = "eager"
        size, eps = config.hidden_size, config.rms_norm_eps
        super().__init__(
            {
                "fc": torch.nn.Linear(2 * size, size, bias=False),
                "pre_fc_norm_embedding": Qwen3_5RMSNorm(size, eps),
                "pre_fc_norm_hidden": Qwen3_5RMSNorm(size, eps),
                "norm": Qwen3_5RMSNorm(size, eps),
                "layers": torch.nn.ModuleList([Qwen3_5DecoderLayer(layer_config, 0)]),
            }
        )

    def run(self, main, hidden: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """Its hidden rows 0 .. tokens-3, which predict tokens 2 .. tokens-1."""
        count = tokens.shape[1] - 2
        embedding = self["pre_fc_norm_embedding"](main.embed_tokens(tokens[:, 1:-1]))
        joined = self["fc"](torch.cat([embedding, self["pre_fc_norm_hidden"](hidden[:, :count])], dim=-1))
        rotary = main.rotary_emb(joined, torch.arange(count)[None, None].expand(3, 1, -1))
        mask = torch.full((count, count), torch.finfo(torch.float32).min).triu(1)[None, None]
        return self["norm"](self["layers"][0](joined, position_embeddings=rotary, attention_mask=mask))


class Model:
    """A checkpoint's model with its MTP head and the names of its parameters in the file."""

    def __init__(self, checkpoint: Checkpoint, directory: Path, tensors: dict[str, torch.Tensor]):
        self.model = load_reference(checkpoint, directory).train()
        self.head = None
        if checkpoint.with_mtp:
            self.head = MtpHead(text_model(self.model).config)
            self.head.load_state_dict({name[4:]: value for name, value in tensors.items() if name.startswith("mtp.")})
        named = {name: value for name, value in self.model.named_parameters() if name in tensors}
        if self.head is not None:
            named |= {f"mtp.{name}": value for name, value in self.head.named_parameters()}
        assert named.keys() == tensors.keys(), named.keys() ^ tensors.keys()
        self.parameters = dict(sorted(named.items()))
        for value in self.parameters.values():
            value.requires_grad_(True)

    def losses(self, tokens: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean cross-entropy over the targets at positions >= LOSS_FROM, of the model and of its MTP head (0 without one)."""
        ids = torch.tensor([tokens])
        main = text_model(self.model)
        hidden = main(input_ids=ids, use_cache=False).last_hidden_state
        loss = torch.nn.functional.cross_entropy(self.model.lm_head(hidden[0, LOSS_FROM - 1 : -1]), ids[0, LOSS_FROM:])
        if self.head is None:
            return loss, torch.zeros(())
        logits = self.model.lm_head(self.head.run(main, hidden, ids)[0, LOSS_FROM - 2 :])
        return loss, torch.nn.functional.cross_entropy(logits, ids[0, LOSS_FROM:])

    def backward(self, tokens: list[int]) -> tuple[float, float]:
        for value in self.parameters.values():
            value.grad = None
        loss, mtp_loss = self.losses(tokens)
        (loss + MTP_WEIGHT * mtp_loss).backward()
        return loss.item(), mtp_loss.item()


def decays(name: str, value: torch.Tensor) -> bool:
    """Weight decay is for matrices of products alone."""
    return value.dim() == 2 and "embed_tokens" not in name


def ten_steps(model: Model, samples: list[list[int]]) -> list[list[float]]:
    """AdamW as PyTorch has it, after clipping by the norm of all gradients; the losses before each step."""
    named = model.parameters.items()
    groups = [
        {"params": [v for n, v in named if decays(n, v)], "weight_decay": ADAMW["weight_decay"]},
        {"params": [v for n, v in named if not decays(n, v)], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=ADAMW["lr"], betas=tuple(ADAMW["betas"]), eps=ADAMW["eps"])
    losses = []
    for tokens in samples:
        losses.append(list(model.backward(tokens)))
        torch.nn.utils.clip_grad_norm_(list(model.parameters.values()), ADAMW["clip"])
        optimizer.step()
    return losses


def make(checkpoint: Checkpoint, directory: Path, generator, compact_json) -> None:
    tensors = write_checkpoint(checkpoint, directory)
    draw = np.random.Generator(np.random.PCG64(checkpoint.seed))
    samples = [draw.integers(0, checkpoint.config["vocab_size"], TOKENS).tolist() for _ in range(STEPS)]
    model = Model(checkpoint, directory, tensors)
    loss, mtp_loss = model.backward(samples[0])
    gradients = {name: value.grad.clone() for name, value in model.parameters.items()}
    save_readable(gradients, directory / "gradients.safetensors")
    golden = {
        "name": checkpoint.name,
        "about": checkpoint.about,
        "generator": generator(checkpoint.seed),
        "loss_from": LOSS_FROM,
        "mtp_weight": MTP_WEIGHT if checkpoint.with_mtp else 0,
        "loss": loss,
        "mtp_loss": mtp_loss,
        "adamw": ADAMW,
        "step_losses": ten_steps(model, samples),
        "samples": samples,
    }
    save_readable({name: value.detach() for name, value in model.parameters.items()}, directory / "stepped.safetensors")
    (directory / "golden.json").write_text(compact_json(golden))
    print(f"{checkpoint.name}: loss {loss:.4f}, MTP {mtp_loss:.4f}, after ten steps {golden['step_losses'][-1]}")


def make_all(out: Path, generator, compact_json) -> None:
    for checkpoint in CHECKPOINTS:
        make(checkpoint, out / "training" / checkpoint.name, generator, compact_json)
