# SPDX-License-Identifier: GPL-2.0-only
"""curve.py CAPTURE LOCAL:PORT REMOTE:PORT INSTANT_NS: the windows that LOCAL announces to REMOTE, as t_ms,window_bytes."""
import ipaddress
import struct
import sys

FORMS = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000),
         b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xa1\xb2\x3c\x4d": (">", 1)}
SYN = 2


def frames(data):
    order, unit = FORMS[data[:4]]
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, kept, _ = struct.unpack_from(order + "IIII", data, at)
        yield seconds * 10**9 + fraction * unit, data[at + 16:at + 16 + kept]
        at += 16 + kept


def end(text):
    address, port = text.rsplit(":", 1)
    return ipaddress.IPv4Address(address).packed + struct.pack(">H", int(port))


def segments(data, source, destination):
    for time, frame in frames(data):
        if frame[12:14] != b"\x08\x00" or frame[23] != 6:
            continue
        start = 14 + (frame[14] & 15) * 4
        ports = frame[start:start + 4]
        if frame[26:30] + ports[:2] == source and frame[30:34] + ports[2:] == destination:
            yield time, frame[start:]


def scale(segment):
    options = segment[20:(segment[12] >> 4) * 4]
    while options and options[0] != 0:
        if options[0] == 1:
            options = options[1:]
        elif options[0] == 3:
            return min(options[2], 14)
        else:
            options = options[options[1]:]
    return None


def main(path, local, remote, instant):
    with open(path, "rb") as file:
        data = file.read()
    source, destination = end(local), end(remote)
    scales = [scale(segment) for a, b in ((source, destination), (destination, source))
              for _, segment in segments(data, a, b) if segment[13] & SYN]
    shift = 0
    print("t_ms,window_bytes")
    for time, segment in segments(data, source, destination):
        if not segment[13] & SYN:
            window, = struct.unpack_from(">H", segment, 14)
            print(f"{(time - int(instant)) / 1e6:.6f},{window << shift}")


main(*sys.argv[1:])
