# SPDX-License-Identifier: Apache-2.0
"""GGUF twins of the tiny checkpoints, each in a type that loses nothing, so that the twin's goldens hold for it too."""

from pathlib import Path

from make_gguf import convert

TWINS = {
    "qwen35_grouped": "f32",
    "qwen35_nested": "bf16",
    "qwen35_yarn": "f16",
    "llama3": "f32",
    "llama_tied": "bf16",
    "qwen2": "f32",
    "qwen3": "f32",
}


def make_all(out: Path, generator, compact_json) -> None:
    """Write tests/golden/gguf. The checkpoints themselves must exist under `out`."""
    root = out / "gguf"
    root.mkdir(parents=True, exist_ok=True)
    files = []
    for name, type_name in TWINS.items():
        file = f"{name}.{type_name}.gguf"
        convert(out / "models" / name, root / file, type_name)
        files.append({"file": file, "twin": f"models/{name}", "type": type_name})
    (root / "golden.json").write_text(compact_json({"generator": generator(None), "files": files}))
    print(f"gguf: {len(files)} files")
