# SPDX-License-Identifier: Apache-2.0
"""Makes the tiny tokenizers of tests/golden/tokenizer, and what their reference makes of some thousand texts.

    python tools/make_tokenizer_goldens.py --out tests/golden/tokenizer

The tokenizers are trained here, on the texts below, by Hugging Face's tokenizers and by sentencepiece; these libraries
are also the reference. Nothing here runs capy. Everything depends on fixed seeds only.
"""

import argparse
import importlib.metadata
import io
import json
import platform
import random
import tempfile
import unicodedata
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SEED = 35
SPACE = "\u2581"

QWEN35 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3 = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")

# Written for this file.
SENTENCES = """
The capybara is the largest living rodent. It's native to South America, and it doesn't mind company: birds, monkeys and
even caimans sit beside it. They've been seen in groups of ten or twenty; a hundred isn't unheard of. I'd say we'll meet one.
A tokenizer cuts text into pieces and the pieces into tokens. What's the use? The model reads 1 token at a time, not letters.
In 1984, 2001 and 2026 there were 365 days each; pi is 3.14159265, e is 2.718281828, and 1,000,000 is a million.
for (int i = 0; i < count; ++i) { sum += values[i] * weights[i]; }  // returns the sum
def encode(text):\n    return [token for piece in split(text) for token in merge(piece)]\n\n\nprint(encode("hello"))
{"name": "get_weather", "arguments": {"city": "Montevideo", "unit": "celsius", "days": 3}}
Das größte Nagetier der Welt heißt Wasserschwein und lebt in Südamerika, wo es gerne badet.
El capibara es el roedor más grande del mundo; ¿lo sabías? ¡Claro que sí! Vive cerca del agua.
Le cabiai, ou capybara, est le plus gros rongeur du monde : il aime l'eau, les fruits et les après-midi tranquilles.
Капибара — самый крупный грызун на земле, она живёт у воды и хорошо плавает.
Το καπιμπάρα είναι το μεγαλύτερο τρωκτικό στον κόσμο και του αρέσει το νερό.
水豚是世界上最大的啮齿动物，喜欢水，也喜欢和别的动物在一起。它们住在南美洲。
カピバラは世界で一番大きいネズミの仲間です。水が大好きで、温泉にも入ります。
카피바라는 세상에서 가장 큰 설치류이며 물을 좋아하고 다른 동물과 잘 지냅니다.
الكابيبارا أكبر القوارض في العالم وهي تحب الماء والعشب.
קפיברה היא המכרסם הגדול בעולם והיא אוהבת מים ועשב.
कैपिबारा दुनिया का सबसे बड़ा कृंतक है और उसे पानी पसंद है।
คาปิบาราเป็นสัตว์ฟันแทะที่ใหญ่ที่สุดในโลกและชอบน้ำ
Chuột lang nước là loài gặm nhấm lớn nhất thế giới và rất thích nước.
"""

WORDS = "the of and to in is it that was for on are as with they be at one have this from by hot but some what there".split()


def training_texts() -> list[str]:
    texts = [line for line in SENTENCES.replace("\\n", "\n").split("\n\n") for _ in range(3)]
    texts += [line for line in SENTENCES.splitlines() if line]
    rng = random.Random(SEED)
    for _ in range(200):
        texts.append(" ".join(rng.choice(WORDS) for _ in range(20)) + rng.choice([".\n", "!", "?\n\n", "...  "]))
    return texts


# What each case is for is said by its neighbours: contractions, spaces, line ends, digits, marks, NFC, emoji, controls.
# fmt: off
HAND_WRITTEN = [
    "", " ", "  ", "   ", "\n", "\r\n", "\r", "\n\n", " \n", "\n ", "  \n  ", "\t", "\t\t", " \t ", "a ", "a  ", " a",
    "  a", "   a", "a b", "a  b", "a   b", "a\nb", "a\n\nb", "a\r\nb", "a \n b", "a  \n\n  b", "a\n \nb", "\n\n\na",
    "a\n\n\n", "a \n", "a\t\tb", "\ta", "\u00a0a", "a\u00a0", "\u00a0\u00a0a", "\u2003\u2003a", "\u3000a",
    "a\u3000\u3000b", "\u2028a\u2029b", "\x0b\x0c", "\x85a", "a\x85\x85b", "\u200b\u200ba", "\ufeffa", "\u180ea",
    "\x00", "a\x00b", "\x00\x00", "\x01\x02\x7f", "\x1c\x1d\x1e\x1f a", "Hello, world!", "hello world",
    "Hello  World\n", "the the the", "The capybara's home", "it isn't", "they'll've", "I'm", "I'M", "we'RE", "you'Ve",
    "'s", "'S", "'\u017f", "it'\u017f", "'\u017fa", "'re", "'r", "'v", "'l", "'ll", "'Ll", "'lL", "''s", "'''", "' s",
    "'d've", "o'clock", "don't'", "'tis", "'T", "'twas", "\u2019s", "it\u2019s", "'\u212a", "'\u0131", "'1", "'\n",
    "1", "12", "123", "1234", "12345", "1,234.56", "a1b2", "1a", "a1", " 1", "  1", "   12", "\n1", "1\n", "1 2 3",
    "\t1", "-1", "+1", "x1y22z333", "3.14159", "0x1F", "1e10", "\u0663\u0664", "\u0967\u0968\u0969", "\u00bd",
    "\u00b2x", "x\u00b2", "\u2167", "\u2460\u2461", "\u3007", "\u4e00\u4e8c\u4e09", "a\u0966b", "12\u0663",
    "\U0001d7d8\U0001d7d9", " \u00bd", "  \u2167 ", "!", "!!", " !", "  !", "!a", "!1", "!\n", "!\n\n", "!\r\n",
    " !\n a", "?!?!", "...", "... ", " ...\n\n", "--", "a--b", "a-b", "_a", "a_b", "__init__", "$5", "#1", "@me",
    "a@b.c", "http://a.b/c?d=e&f=g", "(a)", "[1]", "{}", "<>", "<|", "|>", "<b>", "~/.x", "a\\b", "a\\nb", "=>",
    "++i;", "x==y", "/* a */", "// a\n", "#!/bin/sh\n", "\"q\"", "\u201cq\u201d", "\u00abq\u00bb", "a\u2014b",
    "a\u2026", "\u20ac5", "5\u20ac", "\u00a35", "e\u0301", "\u00e9", "cafe\u0301", "caf\u00e9", "a\u0308", "\u0308",
    "\u0308a", " \u0308", " \u0308a", "1\u0308", "!\u0308", "!\u0308a", "\n\u0308", "\u0308\u0308", "a\u0323\u0302",
    "a\u0302\u0323", "\u1ead", "q\u0307\u0323", "q\u0323\u0307", "\u1e0b\u0323", "\u0344", "\u0958", "\u2126",
    "\u212b", "\u1fef", "\u0374", "\u0340\u0341", "\u0f73", "\u0f75", "\u0f81", "\U0001d15e", "\U0001d1bb", "\ufb1d",
    "\ufb2a", "\uf900", "\U0002f800", "\u2adc", "\u037e", "\u1100", "\u1161", "\u1100\u1161", "\u1100\u1161\u11a8",
    "\uac00\u11a8", "\uac01\u11a8", "\uac00", "\u1112\u1161\u11ab\u1100\u1173\u11af", "\u1100\u0300\u1161",
    "\u1161\u11a8", "\u11a8", "\u1113\u1161", "\u1100\u1176", "\ud55c\uae00", "\u3131\u314f", "\u0915\u094d\u0937",
    "\u0928\u093f", "\u0b95\u0bca", "\u0b95\u0bc6\u0bbe", "\u09c7\u09be", "\u0dd9\u0dcf\u0dca", "\u1025\u102e",
    "\u0e19\u0e49\u0e33", "\u0e33", "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd", "\u0627\u0653", "\u0627\u0654",
    "\u0644\u0651\u064e", "\u064e\u0651", "\u0915 \u093f", "a \u0301b", "\u0301\u0301a", "\u0345\u0301",
    "\u03b1\u0345\u0301", "\u03b1\u0301\u0345", "\u1fb4", "\u03d3", "\u03d2\u0301", "\u1e9b\u0323",
    "\u017f\u0323\u0307", "\u0041\u030a", "\u00c5", "a\u0315\u0300\u05ae\u0062", "\u0061\u05ae\u0300\u0315\u0062",
    "\u2260", "=\u0338", "<\u0338", "\u226f", ">\u0338", "\u3099", "\u304b\u3099", "\u304c", "\u2000", "\u2001a",
    "\u2329x\u232a", "\u1ffe", "a\u034fb", "a\u034f\u0301", "\u0300\u0316", "\u20d0\u20dd", "\U0001f600",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f3fd", "\U0001f44b\U0001f3fd", "\U0001f1e9\U0001f1ea",
    "1\ufe0f\u20e3", "\u2764\ufe0f", "\u2764\ufe0fa", "a\U0001f600b", " \U0001f600", "  \U0001f600 ", "\U0001f600\n",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\u65b0\u52a0\u5761",
    " \u65b0\u52a0\u5761", "\u65b0\u52a0\u5761\u5f88\u5c0f", "\u65b0\u52a0", "\u4f60\u597d\uff0c\u4e16\u754c\uff01",
    "\u3053\u3093\u306b\u3061\u306f\u3002", "\u30ab\u30d4\u30d0\u30e9", "\uff76\uff8b\uff9f",
    "\uff21\uff22\uff23\uff11", "\u02bc", "\u02b0", "\u00aa\u00ba", "\u2c7c", "\u01c5", "\u10d0\u10d1", "\u13a0",
    "\u1680a", "\u16ee", "\U00010330", "\U00016fe3", "\ue000", "\U000f0000", "\U0010fffd", "\ufffd", "\ufffe",
    "\uffff", "\U0010ffff", "\u00ad", "a\u00adb", "\u061c", "\u2060a", "\ufff9", "\u2581", "\u2581a", "a\u2581b",
    " \u2581 ", "<0x0A>", "<0x41>a", "\u0120the", "\u010a", "<|im_start|>", "<|im_start|>user\nhello<|im_end|>\n",
    " <|im_start|> ", "<|im_start|", "<|im_start|><|im_end|>", "x<|im_end|>y", "<|im_<|im_start|>start|>", "<think>",
    "<think>\n\n</think>\n\n", "<think", "<<think>>", "<tool_call>\n{}</tool_call>", "<|endoftext|>", "a <|pad|> b",
    "a  <|pad|>  b", "<|pad|>", "\n<|pad|>\n", "<caf\u00e9>", "<cafe\u0301>", "x<caf\u00e9>y", "<cafe\u0301>\u0301",
    "<longest", "<longest match>", "<longest match", "<s>", "</s>", "<unk>", "<s>a", " <s> a", "a<s>", "a <s> b</s>",
]
# fmt: on


def characters_by_category() -> dict[str, list[str]]:
    """All assigned characters, as this Python knows them (3.11: Unicode 14)."""
    by_category: dict[str, list[str]] = {}
    for code in range(0x110000):
        c = chr(code)
        category = unicodedata.category(c)
        if category in ("Cn", "Cs", "Co"):
            continue
        by_category.setdefault(category, []).append(c)
    return by_category


def random_texts(count: int) -> list[str]:
    rng = random.Random(SEED)
    by_category = characters_by_category()
    categories = sorted(by_category)
    touched = [c for cs in by_category.values() for c in cs if unicodedata.combining(c) or unicodedata.normalize("NFC", c) != c]
    touched += [chr(c) for c in range(0x1100, 0x1200)]
    pieces = [text for text in HAND_WRITTEN if 0 < len(text) < 8]
    words = SENTENCES.split()

    def piece() -> str:
        kind = rng.random()
        if kind < 0.35:
            return rng.choice(pieces)
        if kind < 0.5:
            return rng.choice(words)
        if kind < 0.65:
            return rng.choice([" ", "  ", "\n", "\r\n", " \n", "\t", "\u00a0"])
        if kind < 0.8:
            return rng.choice(by_category[rng.choice(categories)])
        if kind < 0.9:
            return rng.choice(touched)
        return unicodedata.normalize("NFD", rng.choice(words))

    return ["".join(piece() for _ in range(rng.randint(1, 12))) for _ in range(count)]


def fnv1a(numbers) -> str:
    """32-bit FNV-1a over the four little-endian bytes of each number."""
    h = 0x811C9DC5
    for number in numbers:
        for byte in number.to_bytes(4, "little"):
            h = (h ^ byte) * 0x01000193 & 0xFFFFFFFF
    return f"{h:08x}"


def trained(normalizer, pre_tokenizer, special: list[str], vocab_size: int = 900) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=special,
        show_progress=False,
    )
    tokenizer.train_from_iterator(training_texts(), trainer)
    return tokenizer


def split_by(regex: str):
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(regex), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )


def with_unreachable_tokens(tokenizer: Tokenizer) -> dict:
    """Tokens that no merge reaches: they must not be produced, except where merges are ignored."""
    written = json.loads(tokenizer.to_str())
    vocab = written["model"]["vocab"]
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    for text in ["\u65b0\u52a0\u5761", " capybara's", "the the", " 123", "Hello"]:
        token = byte_level.pre_tokenize_str(text)[0][0]
        if token not in vocab:
            vocab[token] = max(max(vocab.values()), max((t["id"] for t in written["added_tokens"]), default=0)) + 1
    return written


def add(tokenizer: Tokenizer, special: list, ordinary: list) -> None:
    tokenizer.add_special_tokens(special)
    tokenizer.add_tokens(ordinary)


CHAT = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
THINK = [AddedToken(t, normalized=False) for t in ["<think>", "</think>", "<tool_call>", "</tool_call>"]]


def make_qwen35() -> dict:
    written = with_unreachable_tokens(trained(normalizers.NFC(), split_by(QWEN35), []))
    tokenizer = Tokenizer.from_str(json.dumps(written))
    pad = AddedToken("<|pad|>", special=True, normalized=False, lstrip=True, rstrip=True)
    add(tokenizer, CHAT + [pad], THINK + [AddedToken("<longest"), AddedToken("<longest match>"), AddedToken("<caf\u00e9>")])
    return json.loads(tokenizer.to_str())


def make_qwen2() -> dict:
    tokenizer = Tokenizer.from_str(json.dumps(with_unreachable_tokens(trained(normalizers.NFC(), split_by(QWEN2), []))))
    add(tokenizer, CHAT, THINK[:2])
    return json.loads(tokenizer.to_str())


def make_gpt2() -> dict:
    tokenizer = trained(None, pre_tokenizers.ByteLevel(add_prefix_space=False), ["<|endoftext|>"])
    add(tokenizer, [AddedToken("<|pad|>", lstrip=True, normalized=False)], [AddedToken("<caf\u00e9>", normalized=True)])
    written = json.loads(tokenizer.to_str())
    written["model"]["merges"] = [" ".join(merge) for merge in written["model"]["merges"]]  # as before 2024
    return written


def make_smollm() -> dict:
    digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return json.loads(trained(None, digits, CHAT).to_str())


def make_llama3() -> dict:
    written = with_unreachable_tokens(trained(None, split_by(LLAMA3), []))
    written["model"]["ignore_merges"] = True
    tokenizer = Tokenizer.from_str(json.dumps(written))
    add(tokenizer, ["<|begin_of_text|>", "<|eot_id|>", "<|im_start|>"], [])
    begin = ("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))
    template = processors.TemplateProcessing("<|begin_of_text|> $A", "<|begin_of_text|> $A $B", [begin])
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    return json.loads(tokenizer.to_str())


def train_sentencepiece() -> sentencepiece.SentencePieceProcessor:
    model = io.BytesIO()
    lines = [line for text in training_texts() for line in text.splitlines() if line]
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter(lines), model_writer=model, model_type="bpe", vocab_size=1000, byte_fallback=True,
        character_coverage=0.99, normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True,
        allow_whitespace_only_pieces=True, add_dummy_prefix=True, minloglevel=2, num_threads=1,
    )  # fmt: skip
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def sentencepiece_vocabulary(processor: sentencepiece.SentencePieceProcessor) -> dict:
    """The arrays that a GGUF file has, with its token types."""

    def token_type(i: int) -> int:
        if processor.IsUnknown(i):
            return 2
        if processor.IsControl(i):
            return 3
        return 6 if processor.IsByte(i) else 5 if processor.IsUnused(i) else 1

    ids = range(processor.GetPieceSize())
    return {
        "tokens": [processor.IdToPiece(i) for i in ids],
        "scores": [processor.GetScore(i) for i in ids],
        "types": [token_type(i) for i in ids],
    }


def merges_of(vocabulary: dict) -> list[tuple[str, str]]:
    """As Hugging Face converts a SentencePiece model: all pairs whose union is a token, by its score."""
    scores = {t: s for t, s, kind in zip(vocabulary["tokens"], vocabulary["scores"], vocabulary["types"]) if kind == 1}
    merges = []
    for token, score in scores.items():
        cuts = [(token[:i], token[i:]) for i in range(1, len(token)) if token[:i] in scores and token[i:] in scores]
        cuts.sort(key=lambda pair: (vocabulary["tokens"].index(pair[0]), vocabulary["tokens"].index(pair[1])))
        merges += [(pair, score) for pair in cuts]
    merges.sort(key=lambda entry: entry[1], reverse=True)
    return [pair for pair, _ in merges]


def make_llama2(vocabulary: dict, metaspace: bool) -> dict:
    """The same vocabulary as a tokenizer.json, in the two ways in which they are found."""
    vocab = {token: i for i, token in enumerate(vocabulary["tokens"])}
    model = models.BPE(vocab, merges_of(vocabulary), unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    tokenizer = Tokenizer(model)
    special = [AddedToken(t, special=True, normalized=False) for t in ["<unk>", "<s>", "</s>"]]
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(SPACE, prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    steps = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    tokenizer.decoder = decoders.Sequence(steps)
    tokenizer.add_special_tokens(special)
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B", [("<s>", 1)])
    return json.loads(tokenizer.to_str())


class Goldens:
    def __init__(self, out: Path, texts: list[str]):
        self.out = out
        self.texts = texts
        self.entries: dict[str, dict] = {}

    def add(self, name: str, encode, decode=None, ids: int = 0) -> None:
        """The ids of the hand-written texts, hashes of those of the random ones, and hashes of decoded random ids."""
        hand = len(HAND_WRITTEN)
        entry = {"ids": [encode(t) for t in self.texts[:hand]], "hashes": "".join(fnv1a(encode(t)) for t in self.texts[hand:])}
        if decode:
            rng = random.Random(SEED)
            rows = [[rng.randrange(ids) for _ in range(rng.randint(1, 12))] for _ in range(300)]
            entry["decode_ids"] = rows
            entry["decode_hashes"] = "".join(fnv1a(decode(row).encode()) for row in rows)
        self.entries[name] = entry

    def add_tokenizer(self, name: str, written: dict) -> None:
        text = json.dumps(written, ensure_ascii=False, separators=(",", ":"))
        (self.out / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        tokenizer = Tokenizer.from_str(text)
        encode = lambda t: tokenizer.encode(t, add_special_tokens=False).ids  # noqa: E731
        byte_level = written["decoder"]["type"] == "ByteLevel"
        decode = (lambda row: tokenizer.decode(row, skip_special_tokens=True)) if byte_level else None
        self.add(name, encode, decode, tokenizer.get_vocab_size())

    def write(self) -> None:
        versions = {p: importlib.metadata.version(p) for p in ("tokenizers", "transformers", "sentencepiece")}
        generator = {"script": "tools/make_tokenizer_goldens.py", "seed": SEED, "python": platform.python_version()}
        cases = {"generator": generator | {"versions": versions}, "hand_written": len(HAND_WRITTEN), "texts": self.texts}
        for name, data in [("texts", cases), *[(f"{n}_cases", e) for n, e in self.entries.items()]]:
            text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
            (self.out / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def write_old_directory(goldens: Goldens, written: dict) -> None:
    """vocab.json, merges.txt and tokenizer_config.json, read by transformers' own class."""
    from transformers import Qwen2Tokenizer

    directory = goldens.out / "qwen2_directory"
    directory.mkdir(exist_ok=True)
    vocab = {token: i for token, i in written["model"]["vocab"].items() if i < 500}
    merges = [m for m in written["model"]["merges"] if all(part in vocab for part in (*m, "".join(m)))]
    config = {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "bos_token": None, "add_bos_token": False}
    config["added_tokens_decoder"] = {
        str(500 + i): {"content": t, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": s}
        for i, (t, s) in enumerate([("<|endoftext|>", True), ("<|im_start|>", True), ("<|im_end|>", True), ("<think>", False)])
    }
    files = {"vocab.json": json.dumps(vocab, ensure_ascii=False, separators=(",", ":"))}
    files["merges.txt"] = "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges)
    files["tokenizer_config.json"] = json.dumps(config, separators=(",", ":"))
    files["generation_config.json"] = json.dumps({"eos_token_id": [502, 500]})
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:  # transformers may write beside what it reads
        for name, text in files.items():
            (Path(scratch) / name).write_text(text, encoding="utf-8")
        tokenizer = Qwen2Tokenizer.from_pretrained(scratch)
        goldens.add("qwen2_directory", lambda t: tokenizer(t)["input_ids"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    goldens = Goldens(out, HAND_WRITTEN + random_texts(2500))
    makers = {"qwen35": make_qwen35, "qwen2": make_qwen2, "gpt2": make_gpt2, "smollm": make_smollm, "llama3": make_llama3}
    for name, make in makers.items():
        goldens.add_tokenizer(name, make())
    write_old_directory(goldens, make_qwen2())

    processor = train_sentencepiece()
    vocabulary = sentencepiece_vocabulary(processor)
    text = json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":"))
    (out / "sentencepiece.json").write_text(text + "\n", encoding="utf-8")
    goldens.add("sentencepiece", processor.EncodeAsIds)
    goldens.add_tokenizer("llama2", make_llama2(vocabulary, metaspace=False))
    goldens.add_tokenizer("llama2_metaspace", make_llama2(vocabulary, metaspace=True))
    goldens.write()
    print(sum(f.stat().st_size for f in out.rglob("*") if f.is_file()), "bytes")


if __name__ == "__main__":
    main()
