#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Many connections, their echoes, a closed port, and listeners that misbehave.
. "$(dirname "$0")/tap.sh"
port=$((26000 + $$ % 5000))
at="127.77.2.1:$port"

"$BIN/connections" serve --listen "$at" --name node-a --log "$W/serve.log" &
server=$!
started=$server
"$BIN/await" --file "$W/serve.log" --timeout 60 event==connections-listen
"$BIN/connections" --to "$at" --count 200 --closed-port $((port + 1)) --log "$W/probe.log"
ok "200 connections, 200 echoes, 200 refusals: exit 0" is $? 0
sed 's/"t_ns":[0-9]*,//' "$W/probe.log" >"$W/probe"
ok "and the event" is "$(cat "$W/probe")" '{"event":"connections","asked":200,"connected":200,"by":{"node-a":200},"refused":0,"timed_out":0,"broken":0,"echo":{"exactly_once":200,"refused":0,"timed_out":0,"broken":0},"closed":{"asked":200,"connected":0,"refused":200,"timed_out":0,"broken":0}}'
"$BIN/connections" --to "$at" --count 3 --closed-port "$port" >"$W/open"
ok "a closed port that is open: exit 1" is $? 1
kill -TERM $server
wait $server
ok "the listener ends well" is $? 0
ok "and has counted" is "$(grep -o '"accepted.*' "$W/serve.log" | tail -n 1)" '"accepted":206,"echoed":203,"open":0,"broken":0}'
"$BIN/connections" --to "$at" --count 5 >"$W/refused"
ok "nobody listens: exit 1, all refused" is "$? $(grep -o '"connected":0,"by":{},"refused":5' "$W/refused")" '1 "connected":0,"by":{},"refused":5'

# misbehave HOW: a listener that is wrong in one way, once
misbehave() {
	port=$((port + 2))
	python3 - "$1" $port >"$W/ready" <<'P' &
import socket, struct, sys
how, port = sys.argv[1], int(sys.argv[2])
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.77.2.1", port)); s.listen(); print('{"ready":1}', flush=True)
c, _ = s.accept()
if how == "silent": c.recv(1); sys.exit()
if how == "nameless": c.shutdown(socket.SHUT_WR); c.recv(1); sys.exit()
if how == "reset": c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close(); sys.exit()
c.sendall(b"bad\n"); b = c.recv(1)
c.sendall({"twice": b + b, "none": b"", "other": b"\0"}[how])
P
	started="$started $!"
	"$BIN/await" --file "$W/ready" --timeout 60 'ready>=1'
	"$BIN/connections" --to "127.77.2.1:$port" --count 1 --timeout 1 >"$W/$1"
	ok "a listener that is $1 is found out" is "$? $(grep -o '"exactly_once":0' "$W/$1")" '1 "exactly_once":0'
	rm "$W/ready"
}
for how in silent nameless reset twice none other; do misbehave $how; done
ok "silent is timed out" grep -q '"timed_out":1' "$W/silent"
"$BIN/connections" --to 1.2.3.4 2>/dev/null
ok "no port: 64" is $? 64
finish
