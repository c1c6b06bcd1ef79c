# SPDX-License-Identifier: GPL-2.0-only
"""Threads, a queue, timed waits, a pipe with contents and an epoll; prints one line a round, False if anything is wrong."""
import hashlib, os, queue, select, threading, time

answers = queue.Queue()
blocks = [os.urandom(1000) for _ in range(5000)]
digest = hashlib.sha256(b"".join(blocks)).hexdigest()
reader, writer = os.pipe()
os.write(writer, b"abc" * 100)
poller = select.epoll()
poller.register(reader, select.EPOLLIN)


def work(number):
    while True:
        before = time.monotonic()
        time.sleep(0.02)
        answers.put((number, time.monotonic() - before))


for number in range(6):
    threading.Thread(target=work, args=(number,), daemon=True).start()
round = 0
while True:
    slept = [answers.get() for _ in range(60)]
    good = all(seconds >= 0.0199 for _, seconds in slept)
    good &= hashlib.sha256(b"".join(blocks)).hexdigest() == digest
    good &= poller.poll(1) == [(reader, select.EPOLLIN)]
    print(round, os.getpid(), threading.active_count(), good, flush=True)
    round += 1
