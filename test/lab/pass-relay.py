# SPDX-License-Identifier: GPL-2.0-only
"""Carries hand-overs between two servers of tcpcp, and at one message of the first does something else.

pass-relay.py LISTEN TO cut@MESSAGE|hold@MESSAGE|carry@ [once]

cut: the message is not carried on, and both streams end. hold: makes a file FOLDER/held, and carries it on when there is
FOLDER/go. The streams that come later are only carried, unless `once`: then nobody listens any more."""
import os, socket, struct, sys, threading, time

MESSAGES = ["", "OFFER", "GRANTED", "STATE", "APPLICATION", "BUILT", "COMMIT", "RESUMED", "REFUSED", "ASK", "FATE"]
FOLDER = "/run/relay"
listen, to, mode = sys.argv[1:4]
action, message = mode.split("@")
number = MESSAGES.index(message) if action != "carry" else 0


def endpoint(text):
    host, port = text.split(":")
    return host, int(port)


def whole(stream, size):
    data = b""
    while len(data) < size:
        more = stream.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def end(*streams):
    for each in streams:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def carry(source, target, faulty):
    try:
        while True:
            head = whole(source, 12)
            _, _, kind, size = struct.unpack("<IHHI", head)
            body = whole(source, size)
            if faulty and kind == number:
                if action == "cut":
                    break
                open(f"{FOLDER}/held", "w").close()
                while not os.path.exists(f"{FOLDER}/go"):
                    time.sleep(0.02)
            target.sendall(head + body)
    except (EOFError, OSError):
        pass
    end(source, target)


os.makedirs(FOLDER, exist_ok=True)
for name in ("held", "go", "up"):
    if os.path.exists(f"{FOLDER}/{name}"):
        os.remove(f"{FOLDER}/{name}")
server = socket.create_server(endpoint(listen))
open(f"{FOLDER}/up", "w").close()
faulty = True
while True:
    near, _ = server.accept()
    if faulty and "once" in sys.argv:
        server.close()
    far = socket.create_connection(endpoint(to))
    pair = [threading.Thread(target=carry, args=each) for each in ((near, far, faulty), (far, near, faulty))]
    for each in pair:
        each.start()
    if faulty and "once" in sys.argv:
        break
    faulty = False
