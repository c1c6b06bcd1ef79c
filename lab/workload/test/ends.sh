#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How the workload begins and ends: late and absent peers, several connections, signals, a stopped process, faulty options.
. "$(dirname "$0")/tap.sh"
tools=${TOOLS_BIN:-$BIN}
port=$((41000 + $$ % 15000))
at="127.77.0.4:$port"

"$BIN/workload" --connect "$at" --seed 3 --rate 1 --log "$W/node.log" --duration 1 2>"$W/node.err" &
node=$!
"$BIN/workload" peer --listen "$at" --seed 3 --rate 1 --log "$W/peer.log" 2>"$W/peer.err" &
peer=$!
started="$node $peer"
wait $node
ok "a node that is there first waits for its peer and ends after --duration" is $? 0
wait $peer
ok "the peer ends with it" is $? 0

"$BIN/workload" --listen "$at" --connections 50 --chunk 4096 --seed 5 --rate 10 --image-mb 1 --log "$W/many.log" 2>"$W/many.err" &
node=$!
"$BIN/workload" peer --connect "$at" --connections 50 --chunk 4096 --seed 5 --rate 10 --log "$W/many-peer.log" 2>"$W/many-peer.err" &
peer=$!
started="$started $node $peer"
"$tools/await" --file "$W/many.log" --timeout 60 --event workload 'rx_bytes>=5000000' 'tx_bytes>=5000000'
kill -TERM $peer
wait $peer
ok "50 connections, the node listening; SIGTERM to the peer ends all" is $? 0
wait $node
ok "and the node" is $? 0
ok "each connection has its report" is "$(grep '"event":"peer"' "$W/many-peer.log" | grep -o '"conn":[0-9]*' | sort -u | wc -l)" 50
ok "every line is whole" is "$(grep -vc '^{"event":".*}$' "$W/many.log" "$W/many-peer.log" | grep -vc ':0$')" 0
ok "all threads are named" is "$(grep '"event":"workload"' "$W/many.log" | tail -n 1 | grep -o '"tids":[^]]*' | tr ',' '\n' | wc -l)" 102

"$BIN/workload" peer --listen "$at" --log "$W/alone.log" 2>"$W/alone.err" &
peer=$!
started="$started $peer"
"$tools/await" --file "$W/alone.log" --timeout 60 event==peer-waiting
kill -TERM $peer
wait $peer
ok "SIGTERM while nobody has connected: exit 2" is $? 2

"$BIN/workload" --connect "$at" --wait 0.2 --log "$W/alone.log" 2>"$W/alone.err"
ok "no peer within --wait: exit 2" is $? 2

"$BIN/workload" --listen "$at" --seed 1 --rate 5 --log "$W/linger.log" --linger 1 2>"$W/linger.err" &
node=$!
"$BIN/workload" peer --connect "$at" --seed 1 --rate 5 --log "$W/linger-peer.log" 2>"$W/linger-peer.err" &
peer=$!
started="$started $node $peer"
"$tools/await" --file "$W/linger.log" --timeout 60 'rx_bytes>=1000000'
kill -STOP $peer
kill -TERM $node
wait $node
ok "a peer that never ends: given up after --linger with exit 3" is $? 3
kill -CONT $peer
wait $peer
ok "the peer, let go on, ends too, by what it had received or by a reset" at_most $? 3

"$BIN/workload" --listen "$at" --seed 1 --log "$W/seed.log" --rate 5 --duration 0.5 2>"$W/seed.err" &
node=$!
"$BIN/workload" peer --connect "$at" --seed 2 --rate 5 --log "$W/seed-peer.log" 2>"$W/seed-peer.err" &
peer=$!
started="$started $node $peer"
wait $node
code=$?
wait $peer
ok "another seed is another stream: both exit 1" is "$code $?" "1 1"

# The clock is that of another machine from one moment to the next, while the program sleeps, sends and verifies.
LD_PRELOAD="$BIN/test/jump.so" "$BIN/workload" --listen "$at" --seed 1 --rate 5 --image-mb 2 --verify-every 0.2 --log "$W/jump.log" 2>"$W/jump.err" &
node=$!
"$BIN/workload" peer --connect "$at" --seed 1 --rate 5 --log "$W/jump-peer.log" 2>"$W/jump-peer.err" &
peer=$!
started="$started $node $peer"
went_on() { "$tools/await" --file "$W/jump.log" --timeout 60 --event workload 'tx_bytes>=+1000000' 'rx_bytes>=+1000000' 'mem_passes>=+2'; }
went_on
before=$(field "$W/jump.log" workload t_ns)
kill -USR1 $node
ok "after the clock went forward by hours all goes on" went_on
forward=$(field "$W/jump.log" workload t_ns)
ok "  and it did" at_least $((forward - before)) 8000000000000
kill -USR2 $node
ok "after it went backward by hours, too" went_on
ok "  and it did" at_most $(($(field "$W/jump.log" workload t_ns) - forward)) -8000000000000
kill -TERM $node
wait $node
ok "all bytes were right" is $? 0
wait $peer

for bad in "--role all --connect $at" "--connect 1.2.3" "--connect $at --listen $at" "--connect $at --rate -1" "" \
	"--connect $at --chunk 1" "--connect $at --image-mb x" "--connect $at more"; do
	# shellcheck disable=SC2086
	"$BIN/workload" $bad >"$W/usage.out" 2>&1
	ok "faulty options are refused: $bad" is $? 64
done
"$BIN/workload" --connect "$at" --cc no-such-thing --wait 1 >"$W/cc.out" 2>"$W/cc.err"
ok "an unknown congestion control is an error" is $? 2
ok "  that names the option" grep -q -e '--cc' "$W/cc.err"
finish
