#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
. "$(dirname "$0")/tap.sh"
port=$((33000 + $$ % 5000))
python3 - $port >"$W/got" <<'P' &
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.77.3.1", int(sys.argv[1])))
print('{"ready":1}', flush=True)
for _ in range(4): print(s.recv(2000).decode(), flush=True)
P
reader=$!
started=$reader
"$BIN/await" --file "$W/got" --timeout 60 'ready>=1'
before=$(python3 -c 'import time; print(time.monotonic_ns())')
"$BIN/mark" --to 127.77.3.1:$port --machine node-a --count 4 begin-1
ok "exit 0" is $? 0
after=$(python3 -c 'import time; print(time.monotonic_ns())')
wait $reader
ok "four datagrams of the form" is "$(grep -c '^miglab-mark node-a begin-1 [0-9]*$' "$W/got")" 4
times=$(sed -n 's/^miglab-mark .* //p' "$W/got" | tr '\n' ' ')
ok "fresh clock values, in order, of now" python3 -c 'import sys
t = [int(x) for x in sys.argv[2:-1]]; sys.exit(not (int(sys.argv[1]) <= t[0] and sorted(set(t)) == t and t[-1] <= int(sys.argv[-1])))' "$before" $times "$after"
"$BIN/mark" --to 127.77.3.1 --machine node-a nobody
ok "nobody listens: no error" is $? 0
"$BIN/mark" --to 127.77.3.1 --machine 'node a' x 2>/dev/null
ok "a blank in a name: 64" is $? 64
"$BIN/mark" --to 127.77.3 --machine a x 2>/dev/null
ok "no address: 64" is $? 64
finish
