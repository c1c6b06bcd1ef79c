# SPDX-License-Identifier: GPL-2.0-only
"""damage.py FILE KIND[:VALUE]: writes FILE.KIND[-VALUE], a checkpoint with one fault, and says its name.

flip:SEED         one bit anywhere, drawn from SEED
cut:PERCENT       that much of the file is left
longer            one byte more
version, machine  of another version, for another machine
text              not a checkpoint at all
kernel, order     another vdso, a record out of place; the checksum is right
"""
import hashlib
import os
import random
import struct
import sys

HEAD = struct.Struct("<8sIIQ")  # struct cr_file_head of wire/file.h, then the digest
DIGEST = 32
RECORD = struct.Struct("<IIQ")
VDSO = 2 * 4 + 2 * 8 + 6 * 4 + 8  # offset in struct cr_prepare of wire/stream.h


def with_digest(head, records):
    return head + hashlib.sha256(records + head).digest() + records


def with_head(data, **changes):
    fields = dict(zip(("magic", "version", "machine", "size"), HEAD.unpack_from(data)))
    return with_digest(HEAD.pack(*{**fields, **changes}.values()), data[HEAD.size + DIGEST:])


def flip(data, seed):
    bit = random.Random(int(seed)).randrange(8 * len(data))
    return data[:bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1:]


def with_record_byte(data, at):
    at += HEAD.size + DIGEST
    return with_head(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1:])


KINDS = {
    "flip": flip,
    "cut": lambda data, percent: data[:len(data) * int(percent) // 100],
    "longer": lambda data, _: data + b"\0",
    "version": lambda data, _: with_head(data, version=2),
    "machine": lambda data, _: with_head(data, machine=183),  # EM_AARCH64
    "text": lambda data, _: b"#!/bin/sh\necho not a checkpoint\n" * 100,
    "kernel": lambda data, _: with_record_byte(data, RECORD.size + VDSO),
    "order": lambda data, _: with_record_byte(data, 0),
}


def main():
    path, what = sys.argv[1:]
    kind, _, value = what.partition(":")
    with open(path, "rb") as file:
        damaged = KINDS[kind](file.read(), value)
    name = f"{path}.{what.replace(':', '-')}"
    with open(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(damaged)
    print(name)


main()
