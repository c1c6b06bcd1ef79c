# SPDX-License-Identifier: GPL-2.0-only
"""relay.py LISTEN:PORT TO:PORT ACTION: passes one migration's stream on and disturbs it at one record.

Says "ready" when it listens and "disturbed" when the record has come. Ends when both sides have.
"""
import os
import socket
import struct
import sys
import threading

RECORD = struct.Struct("<IIQ")  # struct cr_record of wire/stream.h
CONNECTION, PREPARED = 10, 11  # enum cr_record_type
PROOFS = 64  # bytes of the authentication in each direction
CHUNK = 1 << 16


def endpoint(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def say(word):
    print(word, flush=True)


def take(source, size):
    data = b""
    while len(data) < size:
        more = source.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def cut():
    say("disturbed")
    os._exit(0)


class Stream:
    def __init__(self, source, to):
        self.source, self.to = source, to

    def pass_on(self, size):
        while size:
            data = self.source.recv(min(size, CHUNK))
            if not data:
                raise EOFError
            size -= len(data)
            self.to.sendall(data)

    def records(self, disturb):
        try:
            self.pass_on(PROOFS)
            while True:
                head = take(self.source, RECORD.size)
                disturb(self, head, *RECORD.unpack(head))
        except (EOFError, OSError):
            pass
        for side in (self.to, self.source):
            try:
                side.shutdown(socket.SHUT_WR if side is self.to else socket.SHUT_RD)
            except OSError:
                pass


def undisturbed(stream, head, _kind, _count, size):
    stream.to.sendall(head)
    stream.pass_on(size)


def before_connection(stream, head, kind, count, size):
    if kind == CONNECTION:
        cut()
    undisturbed(stream, head, kind, count, size)


def after_connection(stream, head, kind, count, size):
    undisturbed(stream, head, kind, count, size)
    if kind == CONNECTION:
        cut()


def another_version(state):
    """The first attribute is the version of the state: 4 bytes of header, then a u32."""
    return state[:4] + struct.pack("<I", struct.unpack_from("<I", state, 4)[0] + 1) + state[8:]


def spoil_connection(stream, head, kind, count, size):
    if kind != CONNECTION:
        return undisturbed(stream, head, kind, count, size)
    stream.to.sendall(head + another_version(take(stream.source, size)))
    return say("disturbed")


def withhold_prepared(stream, head, kind, count, size):
    if kind == PREPARED:
        say("disturbed")
    else:
        undisturbed(stream, head, kind, count, size)


ACTIONS = {  # from the origin, from the destination
    "before-connection": (before_connection, undisturbed),
    "after-connection": (after_connection, undisturbed),
    "spoil-connection": (spoil_connection, undisturbed),
    "withhold-prepared": (undisturbed, withhold_prepared),
}


def main():
    listen, to, action = sys.argv[1:]
    listener = socket.create_server(endpoint(listen))
    say("ready")
    origin, _ = listener.accept()
    destination = socket.socket()  # create_connection would first import what it needs for names: seconds, emulated
    destination.connect(endpoint(to))
    forth, back = ACTIONS[action]
    other = threading.Thread(target=Stream(destination, origin).records, args=(back,))
    other.start()
    Stream(origin, destination).records(forth)
    other.join()


main()
