#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
. "$(dirname "$0")/tap.sh"
if [ ! -r /proc/slabinfo ]; then
	echo "1..0 # SKIP only the machine's root may read /proc/slabinfo"
	exit 0
fi
count() { "$BIN/census" "$@" >>"$W/counts"; }
value() { tail -n 1 "$W/counts" | python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }

count before
ok "exit 0" is $? 0
ok "an event with its name" is "$(value '["event"]') $(value '["name"]')" 'census before'
ok "objects and their size" at_least "$(value '["slab"]["task_struct"][0]')" 1
ok "memory in kB" at_least "$(value '["memory_kb"]["MemTotal"]')" 10000
ok "no module: no counters" is "$(value '["module"]')" "{}"
sockets=$(value '["sockets"]["TCP inuse"]')
python3 -c '
import socket, sys
l = socket.create_server(("127.0.0.1", 0)); c = socket.create_connection(l.getsockname()); s, _ = l.accept()
print("{\"ready\":1}", flush=True); sys.stdin.read()
s.close(); c.recv(1); c.close()
print("{\"closed\":1}", flush=True)' >"$W/said" < <(until [ -e "$W/go" ]; do sleep 0.1; done) &
started=$!
"$BIN/await" --file "$W/said" --timeout 60 'ready>=1'
count during
ok "a listener and two ends more" is "$(value '["sockets"]["TCP inuse"]')" $((sockets + 3))
: >"$W/go"
"$BIN/await" --file "$W/said" --timeout 60 'closed>=1'
count --settle 0.5 after
ok "TIME_WAIT is not at rest" is "$(value '["settled"]')" False
"$BIN/census" 2>/dev/null
ok "no name: 64" is $? 64
"$BIN/census" --settle soon x 2>/dev/null
ok "no number: 64" is $? 64
finish
