# SPDX-License-Identifier: Apache-2.0
"""Runs the reference, transformers in float32 with eager attention on one thread, on a checkpoint directory."""

import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers.models.qwen3_5.modeling_qwen3_5 import Qwen3_5DecoderLayer, Qwen3_5RMSNorm

from .checkpoints import FULL, Checkpoint
from .weights import dequantize_fp8

PROMPT_LENGTH = 40
GREEDY_LENGTH = 32


def load_reference(checkpoint: Checkpoint, directory: Path):
    """The model as transformers reads it from the files; FP8 weights are first dequantised into a scratch directory."""
    if checkpoint.stored_type == "fp8":
        with tempfile.TemporaryDirectory() as scratch:
            config = {key: value for key, value in checkpoint.config.items() if key != "quantization_config"}
            transformers.AutoConfig.for_model(**config).save_pretrained(scratch)
            save_file(dequantize_fp8(load_file(directory / "model.safetensors")), Path(scratch) / "model.safetensors")
            return from_pretrained(checkpoint, Path(scratch))
    return from_pretrained(checkpoint, directory)


def from_pretrained(checkpoint: Checkpoint, directory: Path):
    """Load by the class that config.json names; nothing may be missing, and only mtp.* may be left over."""
    architecture = getattr(transformers, checkpoint.config["architectures"][0])
    model, report = architecture.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    left_over = [name for name in report["unexpected_keys"] if not name.startswith("mtp.")]
    assert not report["missing_keys"] and not left_over, (report["missing_keys"], left_over)
    assert not report.get("mismatched_keys"), report["mismatched_keys"]
    return model.eval()


def text_model(model):
    """The decoder without its head, in either layout."""
    return getattr(model.model, "language_model", model.model)


@torch.no_grad()
def logits_and_hidden(model, tokens: list[int]) -> tuple[np.ndarray, torch.Tensor]:
    """Logits [tokens, vocab] and the hidden states after the final norm [1, tokens, hidden]."""
    hidden = text_model(model)(input_ids=torch.tensor([tokens]), use_cache=False).last_hidden_state
    logits = model(input_ids=torch.tensor([tokens]), use_cache=False).logits
    assert torch.equal(model.lm_head(hidden), logits)
    return logits[0].numpy().copy(), hidden


@torch.no_grad()
def greedy(model, prompt: list[int]) -> dict:
    """32 greedy tokens by running the whole sequence anew for each, with the distance of the best logit to the second."""
    tokens, margins = list(prompt), []
    for _ in range(GREEDY_LENGTH):
        best = torch.topk(model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0, -1], 2)
        tokens.append(int(best.indices[0]))
        margins.append(round(float(best.values[0] - best.values[1]), 6))
    return {"prompt_length": len(prompt), "tokens": tokens[len(prompt) :], "margins": margins}


class MtpHead:
    """The MTP head of a checkpoint, which transformers itself does not compute, of transformers' own layer and norms.

    Position i joins the main model's normed hidden state h_i with the embedding of token i+1 (embedding half first), runs one
    full-attention decoder layer with rope position i, norms, and uses the main model's head: a guess of token i+2.
    """

    def __init__(self, model, tensors: dict[str, torch.Tensor]):
        self.main, self.lm_head = text_model(model), model.lm_head
        config = self.main.config
        size = config.hidden_size
        layer_config = type(config).from_dict(config.to_dict() | {"num_hidden_layers": 1, "layer_types": [FULL]})
        layer_config._attn_implementation = "eager"
        self.parts = torch.nn.ModuleDict(
            {
                "fc": torch.nn.Linear(2 * size, size, bias=False),
                "pre_fc_norm_embedding": Qwen3_5RMSNorm(size, config.rms_norm_eps),
                "pre_fc_norm_hidden": Qwen3_5RMSNorm(size, config.rms_norm_eps),
                "norm": Qwen3_5RMSNorm(size, config.rms_norm_eps),
                "layers": torch.nn.ModuleList([Qwen3_5DecoderLayer(layer_config, 0)]),
            }
        ).eval()
        weights = {name[4:]: value.float() for name, value in tensors.items() if name.startswith("mtp.")}
        self.parts.load_state_dict(weights, strict=True)

    @torch.no_grad()
    def hidden(self, next_tokens: list[int], hidden: torch.Tensor) -> torch.Tensor:
        """The head's normed hidden states [1, rows, hidden] from the main model's [1, rows, hidden] and the next tokens."""
        count = len(next_tokens)
        embedding = self.parts["pre_fc_norm_embedding"](self.main.embed_tokens(torch.tensor([next_tokens])))
        joined = self.parts["fc"](torch.cat([embedding, self.parts["pre_fc_norm_hidden"](hidden)], dim=-1))
        rotary = self.main.rotary_emb(joined, torch.arange(count)[None, None].expand(3, 1, -1))
        mask = torch.full((count, count), torch.finfo(torch.float32).min).triu(1)[None, None]
        return self.parts["norm"](self.parts["layers"][0](joined, position_embeddings=rotary, attention_mask=mask))

    @torch.no_grad()
    def logits(self, tokens: list[int], hidden: torch.Tensor) -> np.ndarray:
        """For positions 0 .. len(tokens)-2."""
        return self.lm_head(self.hidden(tokens[1:], hidden[:, : len(tokens) - 1]))[0].numpy().copy()

    @torch.no_grad()
    def chain(self, tokens: list[int], hidden: torch.Tensor, depth: int) -> dict:
        """The likeliest tokens behind `tokens`, each from the one before it: the head's own hidden state stands for the main
        model's where that is not known yet. With the distance of the best logit to the second at each step."""
        next_tokens, rows, guesses, margins = tokens[1:], hidden[:, : len(tokens) - 1], [], []
        for _ in range(depth):
            last = self.hidden(next_tokens, rows)[:, -1:]
            best = torch.topk(self.lm_head(last)[0, -1], 2)
            guesses.append(int(best.indices[0]))
            margins.append(round(float(best.values[0] - best.values[1]), 6))
            next_tokens, rows = next_tokens + guesses[-1:], torch.cat([rows, last], dim=1)
        return {"length": len(tokens), "guesses": guesses, "margins": margins}
