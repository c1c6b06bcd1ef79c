#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One host, three programs: node, relay, peer. What harms the stream or the image must be found, and nothing else.
. "$(dirname "$0")/tap.sh"
tools=${TOOLS_BIN:-$BIN}
port=$((20000 + $$ % 20000))

start_peer() { # options
	rm -f "$W/peer.log" "$W/node.log"
	"$BIN/workload" peer --listen "127.77.0.3:$port" --seed 9 --log "$W/peer.log" "$@" 2>"$W/peer.err" &
	peer=$!
	started="$started $peer"
}

start_node() { # endpoint, options
	"$BIN/workload" --connect "$1" --seed 9 --log "$W/node.log" "${@:2}" 2>"$W/node.err" &
	node=$!
	started="$started $node"
}

end_both() {
	wait "$node"
	node_code=$?
	wait "$peer"
	peer_code=$?
}

seen() { "$tools/await" --file "$W/$1.log" --timeout 60 "${@:2}"; }

# Ends the node in order once each side has received BYTES.
until_received() { # NODE-BYTES PEER-BYTES
	seen peer --event peer "rx_bytes>=$2" && { [ "$1" = 0 ] || seen node --event workload "rx_bytes>=$1"; }
	kill -TERM "$node"
	end_both
}

through_relay() { # DIRECTION FAULT OFFSET LENGTH
	port=$((port + 2))
	start_peer --rate 20
	seen peer event==peer-waiting
	"$BIN/test/relay" "127.77.0.2:$((port + 1))" "127.77.0.3:$port" "$@" 2>"$W/relay.err" &
	relay=$!
	started="$started $relay"
	start_node "127.77.0.2:$((port + 1))" --rate 20
}

for role in source sink duplex; do
	port=$((port + 2))
	start_peer --role $role --rate 20
	start_node "127.77.0.3:$port" --role $role --rate 20 --image-mb 3 --verify-every 0.2
	[ $role = source ] && to_node=0 || to_node=2000000
	[ $role = sink ] && to_peer=0 || to_peer=2000000
	until_received $to_node $to_peer
	ok "$role: both sides end well" is "$node_code $peer_code" "0 0"
	ok "$role: what one sent the other received" is \
		"$(field "$W/node.log" workload-end tx_bytes) $(field "$W/node.log" workload-end rx_bytes)" \
		"$(field "$W/peer.log" peer-end rx_bytes) $(field "$W/peer.log" peer-end tx_bytes)"
done
ok "the image was read and is right" is "$(field "$W/node.log" workload-end mem_wrong)" 0
ok "the idle direction of source is silent" is "$(grep -c '"event":"peer-end"' "$W/peer.log")" 1

through_relay up pass 0 0
until_received 2000000 2000000
ok "a faithful relay harms nothing" is "$node_code $peer_code" "0 0"

through_relay up flip 1000003 1
until_received 2000000 2000000
ok "up: one flipped byte: the peer exits 1, the node 0" is "$node_code $peer_code" "0 1"
ok "up: it is one wrong byte" is "$(field "$W/peer.log" peer-end rx_wrong)" 1
ok "up: at its offset" is "$(field "$W/peer.log" peer-end first_wrong)" 1000003

through_relay down flip 700001 13
until_received 2000000 2000000
ok "down: 13 flipped bytes: the node exits 1, the peer 0" is "$node_code $peer_code" "1 0"
ok "down: 13 wrong bytes" is "$(field "$W/node.log" workload-end rx_wrong)" 13

for length in 1448 16384 65536; do
	through_relay up drop 1000000 $length
	until_received 1000000 3000000
	ok "a lost block of $length bytes is found" is "$peer_code" 1
	ok "  as that many missing" is "$(field "$W/peer.log" peer-end rx_missing)" $length
	ok "  and wrong bytes" at_least "$(field "$W/peer.log" peer-end rx_wrong)" 1000000

	through_relay up dup 1000000 $length
	until_received 1000000 3000000
	ok "a duplicated block of $length bytes is found" is "$peer_code $(field "$W/peer.log" peer-end rx_missing)" "1 $length"

	through_relay down swap 1000000 $length
	until_received 3000000 3000000
	ok "swapped blocks of $length bytes are found" is "$node_code $(field "$W/node.log" workload-end rx_missing)" "1 0"
	ok "  wrong are at most those two" at_most "$(field "$W/node.log" workload-end rx_wrong)" $((2 * length))
	ok "  and at least an eighth of them" at_least "$(field "$W/node.log" workload-end rx_wrong)" $((2 * length / 8))
done

through_relay up reset 1000000 1
end_both
ok "a reset: both exit 3" is "$node_code $peer_code" "3 3"
ok "  and say so" is "$(field "$W/node.log" workload-end reset)" 1

through_relay up cut 1000000 1
end_both
ok "an end in the middle: the peer exits 3" is "$peer_code" 3
ok "  and calls it cut, not wrong" is "$(field "$W/peer.log" peer-end cut) $(field "$W/peer.log" peer-end rx_wrong)" "1 0"

port=$((port + 2))
start_peer --rate 5
start_node "127.77.0.3:$port" --rate 5 --image-mb 20 --verify-every 0.3
seen node --event workload "mem_passes>=2"
ok "the image is right before it is touched" is "$(field "$W/node.log" workload mem_wrong)" 0
ok "poke" "$BIN/test/poke" "$node" 20000000 5
seen node --event workload "mem_wrong>=5"
seen node --event workload "mem_passes>=+2"
kill -TERM "$node"
end_both
ok "5 flipped bytes of memory: exit 1" is "$node_code $peer_code" "1 0"
ok "  each counted once" is "$(field "$W/node.log" workload-end mem_wrong)" 5
finish
