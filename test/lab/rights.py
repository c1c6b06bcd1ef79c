# SPDX-License-Identifier: GPL-2.0-only
"""Who may do what with /dev/tcpmig, and from which network namespace. Prints a JSON object a line: what, and the outcome."""
import ctypes
import errno
import fcntl
import json
import os
import socket
import struct
import sys

DEVICE = "/dev/tcpmig"
TUPLE = 16 + 16 + 2 + 2
# asm-generic/ioctl.h, and uapi/tcpmig.h: the layouts that are built below are checked against their sizes.
READ, WRITE = 2, 1


def request(direction, number, size):
    return direction << 30 | size << 16 | 0xB7 << 8 | number


ATTACH_SIZE, CAPTURE_SIZE, STATUS_SIZE = 12 + TUPLE, TUPLE + 8, 8 * 2 + 4 * 6 + 4 * 4
ATTACH = request(READ | WRITE, 1, ATTACH_SIZE)
FREEZE = request(0, 2, 0)
ABORT = request(0, 5, 0)
CAPTURE = request(READ | WRITE, 6, CAPTURE_SIZE)
STATUS = request(READ, 9, STATUS_SIZE)
CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
libc = ctypes.CDLL(None, use_errno=True)


def say(what, **more):
    print(json.dumps({"event": "right", "what": what, **more}), flush=True)


def outcome(call):
    try:
        call()
        return "ok"
    except OSError as error:
        return errno.errorcode[error.errno]


def attach_by_descriptor(session, sock):
    return lambda: fcntl.ioctl(session, ATTACH, bytearray(struct.pack("iII", sock.fileno(), 0, 0) + bytes(TUPLE)))


def tuple_of(sock):
    def mapped(address):
        return bytes(10) + b"\xff\xff" + socket.inet_aton(address)

    (laddr, lport), (raddr, rport) = sock.getsockname(), sock.getpeername()
    return mapped(laddr) + mapped(raddr) + struct.pack(">HH", lport, rport)


def attach_by_tuple(session, end):
    return lambda: fcntl.ioctl(session, ATTACH, bytearray(struct.pack("iII", -1, 0, 0) + end))


def capture(session, end):
    return lambda: fcntl.ioctl(session, CAPTURE, bytearray(end + struct.pack("II", 0, 0)))


def status(session):
    return lambda: fcntl.ioctl(session, STATUS, bytearray(STATUS_SIZE))


def open_session():
    return os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)


def pair():
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    listener.close()
    return client, server


def in_child(work):
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    _, code = os.waitpid(pid, 0)
    if code:
        sys.exit(f"a child ended with {code}")


def unshare(flags):
    if libc.unshare(flags):
        sys.exit(f"unshare: {os.strerror(ctypes.get_errno())}")


def become_nobody():
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)


def as_nobody(session):
    become_nobody()
    say("nobody opens the device", outcome=outcome(lambda: os.close(open_session())))
    say("nobody asks a session that root opened", outcome=outcome(status(session)))


def lo_up():
    sock = socket.socket()
    flags = struct.pack("16sh22x", b"lo", 1)
    fcntl.ioctl(sock, 0x8914, flags)  # SIOCSIFFLAGS, IFF_UP


def elsewhere(outer_session, outer_client):
    """A user's own network namespace, of which he is the administrator."""
    become_nobody()
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    lo_up()
    client, server = pair()
    session = open_session()
    say("a user attaches his own namespace's connection", outcome=outcome(attach_by_descriptor(session, client)))
    say("and freezes it", outcome=outcome(lambda: fcntl.ioctl(session, FREEZE)))
    say("and calls it off", outcome=outcome(lambda: fcntl.ioctl(session, ABORT)))
    client.sendall(b"on")
    say("which goes on", outcome="ok" if server.recv(2) == b"on" else "lost")
    other = open_session()
    say("a user attaches another namespace's connection", outcome=outcome(attach_by_descriptor(other, outer_client)))
    say("by its tuple", outcome=outcome(attach_by_tuple(other, tuple_of(outer_client))))
    say("a user takes another namespace's session", outcome=outcome(status(outer_session)))
    # Each namespace has a cluster of its own: a capture here takes nothing from there.
    say("captures the tuple that is another namespace's", outcome=outcome(capture(other, tuple_of(outer_client))))
    os.close(other)
    os.close(session)


def main():
    os.chmod(DEVICE, 0o600)
    client, server = pair()
    session = open_session()
    in_child(lambda: as_nobody(session))
    os.chmod(DEVICE, 0o666)
    in_child(lambda: elsewhere(session, client))
    os.chmod(DEVICE, 0o600)
    client.sendall(b"still")
    say("the connection of the first namespace goes on", outcome="ok" if server.recv(5) == b"still" else "lost")
    say("unload while a session is open", outcome=outcome_of_unload())
    fcntl.ioctl(session, ATTACH, bytearray(struct.pack("iII", client.fileno(), 0, 0) + bytes(TUPLE)))
    fcntl.ioctl(session, FREEZE)
    say("unload while a connection is frozen", outcome=outcome_of_unload())
    os.close(session)
    client.sendall(b"again")
    say("its session was closed: it goes on", outcome="ok" if server.recv(5) == b"again" else "lost")
    say("unload when nothing is open", outcome=outcome_of_unload())
    client.sendall(b"ever")
    say("and on without the module", outcome="ok" if server.recv(4) == b"ever" else "lost")


def outcome_of_unload():
    O_NONBLOCK = 0o4000
    if libc.delete_module(b"tcpmig", O_NONBLOCK) == 0:
        return "ok"
    return errno.errorcode[ctypes.get_errno()]


main()
