#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py [OPTIONS] [COMMAND...]: runs commands on an emulated processor that this machine is not.

Boots a Linux kernel in Bochs, from a CD image made here, with the programs of the commands in its memory. Each COMMAND is one
argument, as a shell takes it; its first words may set variables: 'CAPY_ISA=amx build/release/capy doctor'. Without any, the
tests of the kernels run. Exit: 0 when all went well, 77 where Bochs or what it boots is not here. README.md says what to
install.
"""
import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import report  # noqa: E402  (counts what GoogleTest printed)

SKIPPED = 77
SHUTDOWN_PORT = 0x8900  # Bochs ends when the word is written there
NOT_NEEDED = "cet,uintr,pku,pks,la57"  # of the processor: what neither we nor a plain boot use

# What takes a few minutes. Not bf16 products of vanishing numbers, which this emulator flushes as no processor does.
PRODUCTS = "CAPY_TEST_EVERY=12 build/release/kernels_test --gtest_color=no --gtest_filter=ProductKernels.EveryIsa*"
DEFAULT_COMMANDS = [
    "build/release/kernels_test --gtest_color=no --gtest_filter=Kernels.*:ProductKernels.Int4ProductsOfTheLargestLevel",
    f"CAPY_TEST_CASE=matmul_int8 {PRODUCTS}",
    f"CAPY_TEST_CASE=matmul_int4 {PRODUCTS}",
    "build/release/capy doctor",
]

INIT = """#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mount -t tmpfs tmpfs /tmp
exec </dev/null >/dev/ttyS0 2>&1
export PATH=/bin HOME=/tmp CAPY_CACHE=off
cd /work
{commands}
echo @end
for letter in S h u t d o w n; do
  echo -n $letter | /bin/busybox dd of=/dev/port bs=1 seek={port} 2>/dev/null
done
while true; do /bin/busybox sleep 60; done
"""

BOCHSRC = """display_library: nogui
megs: {megs}
romimage: file={bios}/BIOS-bochs-latest
vgaromimage: file={vga_bios}
cpu: model={cpu}, count=1, ips=20000000, reset_on_triple_fault=0, ignore_bad_msrs=1, cpuid_freq=ips{without}
ata0-master: type=cdrom, path={folder}/boot.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev={folder}/serial
clock: sync=none, time0=local
log: {folder}/log
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
"""

ISOLINUX = """default capy
label capy
kernel vmlinuz
append initrd=initrd console=ttyS0 quiet loglevel=3 panic=-1 nokaslr mitigations=off init_on_alloc=0 acpi=off pci=off nowatchdog \
tsc=reliable clearcpuid=580 rdinit=/init {append}
"""


# --- the file system in memory ---

class Archive:
    """A cpio archive in the form that the kernel unpacks ("newc")."""

    def __init__(self):
        self.bytes = bytearray()
        self.names = set()

    def add(self, name, mode, data=b""):
        if name in self.names:
            return
        self.names.add(name)
        parent = str(pathlib.PurePosixPath(name).parent)
        if parent != "." and parent not in self.names and name != "TRAILER!!!":
            self.add(parent, 0o40755)
        self.bytes += b"070701" + b"".join(b"%08x" % n for n in (
            len(self.names), mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0))
        self.bytes += name.encode() + b"\0"
        self.pad()
        self.bytes += data
        self.pad()

    def pad(self):
        self.bytes += bytes(-len(self.bytes) % 4)

    def add_file(self, path, name):
        mode = 0o100755 if os.access(path, os.X_OK) else 0o100644
        self.add(name, mode, pathlib.Path(path).read_bytes())

    def add_tree(self, path, name):
        path = pathlib.Path(path)
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                self.add_file(file, name if file == path else f"{name}/{file.relative_to(path)}")

    def add_program(self, path, name):
        """With the shared libraries that it loads."""
        self.add_file(path, name)
        found = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
        for library in re.findall(r"(/\S+) \(0x", found):
            self.add_file(library, library.lstrip("/"))

    def finished(self):
        self.add("TRAILER!!!", 0)
        return bytes(self.bytes)


def split_command(command):
    """The variables that come first, and the words."""
    words = shlex.split(command)
    first = next((i for i, word in enumerate(words) if not re.match(r"\w+=", word)), len(words))
    if first == len(words):
        sys.exit(f"run.py: no program in '{command}'")
    return words[:first], words[first:]


def make_archive(parts, commands, programs, files):
    archive = Archive()
    archive.add("dev", 0o40755)
    for folder in ("proc", "sys", "tmp", "work"):
        archive.add(folder, 0o40755)
    archive.add_file(parts["busybox"], "bin/busybox")
    for applet in ("sh", "sha256sum", "cat", "rm", "grep"):
        archive.add(f"bin/{applet}", 0o120777, b"busybox")
    lines = []
    for i, command in enumerate(commands):
        settings, words = split_command(command)
        if words[0] != "sh":  # which is busybox's
            archive.add_program(words[0], "bin/" + pathlib.Path(words[0]).name)
            words[0] = "/bin/" + pathlib.Path(words[0]).name
        words = [shlex.quote(word) for word in words]
        lines += [f"echo @command {i}", " ".join(["/bin/busybox env", *map(shlex.quote, settings), *words]), f"echo @exit {i} $?"]
    for program in programs:
        archive.add_program(program, "bin/" + pathlib.Path(program).name)
    for file in files:
        archive.add_tree(file, "work/" + pathlib.Path(file).name)
    script = INIT.format(commands="\n".join(lines), port=SHUTDOWN_PORT)
    archive.add("init", 0o100755, script.encode())
    return archive.finished()


def make_image(parts, folder, archive, append):
    tree = folder / "iso"
    tree.mkdir()
    shutil.copy(parts["kernel"], tree / "vmlinuz")
    shutil.copy(parts["isolinux"], tree / "isolinux.bin")
    shutil.copy(parts["ldlinux"], tree / "ldlinux.c32")
    (tree / "initrd").write_bytes(archive)
    (tree / "isolinux.cfg").write_text(ISOLINUX.format(append=append))
    subprocess.run([parts["xorriso"], "-as", "mkisofs", "-quiet", "-o", folder / "boot.iso", "-b", "isolinux.bin", "-c", "boot.cat",
                    "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", tree], check=True)


# --- the run ---

def follow(process, serial, seconds_max):
    """Prints what the emulated machine says until it ends; returns all of it."""
    started, seen = time.monotonic(), ""
    while True:
        running = process.poll() is None
        text = serial.read_text(errors="replace").replace("\r", "") if serial.exists() else ""
        print(text[len(seen):], end="", flush=True)
        seen = text
        if "\n@end\n" in text or not running:
            break
        if time.monotonic() - started > seconds_max:
            print(f"\nstopped after {seconds_max} s", flush=True)
            break
        time.sleep(1)
    if process.poll() is None:
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return seen


def totals(text, commands):
    passed = failed = 0
    for i, command in enumerate(commands):
        found = re.search(rf"^@command {i}\n(.*?)^@exit {i} (\d+)$", text, flags=re.M | re.S)
        good = found is not None and found.group(2) == "0"
        counted = report.count_google(found.group(1)) if found else None
        passed += counted[0] if counted else int(good)
        failed += counted[1] if counted and counted[1] else int(not good)
        print(f"{'passed' if good else 'FAILED'}: {command}")
    print(f"total: {passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def find_parts():
    """Paths of all that comes from outside, or what is missing."""
    bios = pathlib.Path(os.environ.get("BOCHS_BIOS", "/usr/share/bochs"))
    vga = sorted(bios.rglob("VGABIOS-lgpl-latest.bin")) + sorted(bios.rglob("VGABIOS-lgpl-latest"))
    parts = {
        "bochs": os.environ.get("BOCHS") or shutil.which("bochs"),
        "kernel": os.environ.get("KERNEL"),
        "bios": bios if (bios / "BIOS-bochs-latest").exists() else None,
        "vga_bios": vga[0] if vga else None,
        "busybox": os.environ.get("BUSYBOX") or shutil.which("busybox"),
        "xorriso": os.environ.get("XORRISO") or shutil.which("xorriso"),
        "isolinux": os.environ.get("ISOLINUX", "/usr/lib/ISOLINUX/isolinux.bin"),
        "ldlinux": os.environ.get("LDLINUX", "/usr/lib/syslinux/modules/bios/ldlinux.c32"),
    }
    return parts, [name for name, path in parts.items() if path is None or not pathlib.Path(path).exists()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commands", nargs="*", metavar="COMMAND")
    parser.add_argument("--cpu", default="sapphire_rapids", help="a processor of Bochs' (default: %(default)s)")
    parser.add_argument("--without", default="", help="its features to leave out: amx,amx_int8,amx_bf16")
    parser.add_argument("--append", default="", help="more words for the kernel: clearcpuid=580,amx_tile")
    parser.add_argument("--program", action="append", default=[], help="a program more, for a script that starts it")
    parser.add_argument("--file", action="append", default=[], help="a file or folder to find in the current folder there")
    parser.add_argument("--megs", type=int, default=1024, help="memory of the emulated machine")
    parser.add_argument("--seconds", type=int, default=7200, help="the longest run")
    options = parser.parse_args()
    parts, missing = find_parts()
    if missing:
        print(f"skipped: no {', no '.join(missing)} (tests/bochs/README.md says what to install)")
        return SKIPPED
    commands = options.commands or DEFAULT_COMMANDS
    without = f', exclude_features="{",".join(filter(None, [NOT_NEEDED, options.without]))}"'
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_image(parts, folder, make_archive(parts, commands, options.program, options.file), options.append)
        settings = BOCHSRC.format(folder=folder, megs=options.megs, cpu=options.cpu, without=without, bios=parts["bios"],
                                  vga_bios=parts["vga_bios"])
        (folder / "bochsrc").write_text(settings)
        with subprocess.Popen([parts["bochs"], "-q", "-f", folder / "bochsrc"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            text = follow(process, folder / "serial", options.seconds)
        if "\n@end\n" not in text:
            print("\n".join((folder / "log").read_text(errors="replace").splitlines()[-20:]))
    return totals(text, commands)


if __name__ == "__main__":
    sys.exit(main())
