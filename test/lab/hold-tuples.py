# SPDX-License-Identifier: GPL-2.0-only
"""Holds connections between two local addresses, one in each state that keeps its four numbers, until standard input ends.

hold-tuples.py ADDRESS PORT OTHER OTHER_PORT: the first connection is ADDRESS:PORT to OTHER:OTHER_PORT, the others have
other ports. First prints a line `STATE LOCAL_PORT REMOTE_PORT` for each, as seen from ADDRESS, and `held`; then bytes go
forth and back over those that live, and are compared. At the end one line of JSON.
"""
import json, select, socket, sys, time

ADDRESS, PORT, OTHER, OTHER_PORT = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
TCP_DEFER_ACCEPT = socket.TCP_DEFER_ACCEPT


def listen(address, port, option=None):
    s = socket.socket()
    if option:
        s.setsockopt(*option)
    s.bind((address, port))
    s.listen(4)
    return s


def connect(address, port, to, option=None):
    s = socket.socket()
    if option:
        s.setsockopt(*option)
    s.bind((address, port))
    s.connect(to.getsockname())
    return s


def exchange(near, far, count):
    """Bytes that came back wrong or not at all."""
    sent = bytes((count + i) * 7 & 255 for i in range(4000))
    wrong = 0
    for a, b in ((near, far), (far, near)):
        a.sendall(sent)
        got = b""
        while len(got) < len(sent) and (piece := b.recv(len(sent) - len(got))):
            got += piece
        wrong += sum(x != y for x, y in zip(sent, got)) + len(sent) - len(got)
    return wrong


def ports(name, near):
    print(name, near.getsockname()[1], near.getpeername()[1])


server = listen(OTHER, OTHER_PORT)
near = connect(ADDRESS, PORT, server)
live = {"established": (near, server.accept()[0])}

lo = (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
bound = listen(OTHER, 0, lo)
near = connect(ADDRESS, 0, bound, lo)
live["device-bound"] = (near, bound.accept()[0])
for name, pair in live.items():
    ports(name, pair[0])

# Closed here first, so that the four numbers stay here.
near = connect(ADDRESS, 0, server)
far = server.accept()[0]
ports("time-wait", near)
near.close()
far.recv(1)
far.close()

# The server's end is but a request as long as the client says nothing.
deferring = listen(ADDRESS, 0, (socket.IPPROTO_TCP, TCP_DEFER_ACCEPT, 60))
client = connect(OTHER, 0, deferring)
print("handshake", deferring.getsockname()[1], client.getsockname()[1])
print("held", flush=True)

wrong, count = 0, 0
while not select.select([sys.stdin], [], [], 0.02)[0]:
    for pair in live.values():
        wrong += exchange(*pair, count)
    count += 1
client.sendall(b"at last")
accepted = deferring.accept()[0]
live["handshake"] = (accepted, client)
wrong += accepted.recv(100) != b"at last"
for pair in live.values():
    wrong += exchange(*pair, count)
print(json.dumps({"event": "held", "t_ns": time.monotonic_ns(), "rounds": count, "wrong": wrong, "live": sorted(live)}))
# The other end first, so that no TIME_WAIT keeps the numbers here.
for near, far in live.values():
    far.close()
    near.recv(1)
    near.close()
