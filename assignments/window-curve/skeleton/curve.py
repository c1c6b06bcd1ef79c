# SPDX-License-Identifier: GPL-2.0-only
"""
curve.py CAPTURE LOCAL:PORT REMOTE:PORT INSTANT_NS

Prints the windows that LOCAL:PORT announces to REMOTE:PORT, as t_ms,window_bytes: see handout.md.
"""
import struct
import sys


def frames(data):
    """Yields (nanoseconds since 1970, the frame's bytes) for each record of a classic pcap file."""
    # TODO: the first four bytes say in which order numbers are, and what the second number of a time counts.
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, kept, _length = struct.unpack_from("<IIII", data, at)
        yield seconds * 10**9 + fraction, data[at + 16:at + 16 + kept]
        at += 16 + kept


def main(path, local, remote, instant):
    with open(path, "rb") as file:
        data = file.read()
    print("t_ms,window_bytes")
    for _time, _frame in frames(data):
        pass  # TODO


main(*sys.argv[1:])
