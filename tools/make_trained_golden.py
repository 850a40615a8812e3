# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/tokenizer/trained.json: what Hugging Face's trainer makes of a few hundred texts.

    python tools/make_trained_golden.py tests/golden/tokenizer/texts.json tests/golden/tokenizer/trained.json

Nothing here runs capy. The texts are the hand-written ones of texts.json; nothing depends on chance.
"""
import importlib.metadata
import json
import sys

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

QWEN35 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TOKENS = 700


def main():
    source, out = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        made = json.load(file)
    texts = made["texts"][: made["hand_written"]]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN35), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=TOKENS, min_frequency=2, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=[]))
    model = json.loads(tokenizer.to_str())["model"]
    cases = [{"text": text, "ids": tokenizer.encode(text).ids} for text in made["texts"][:600]]
    golden = {
        "generator": {"script": "tools/make_trained_golden.py", "tokenizers": importlib.metadata.version("tokenizers")},
        "tokens": TOKENS, "texts": texts, "merges": model["merges"], "cases": cases,
    }
    with open(out, "w", encoding="utf-8") as file:
        json.dump(golden, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
