#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Barriers: release, late server, time-out with names, values, failure, scenarios that differ.
. "$(dirname "$0")/tap.sh"
declare -A pids
port=$((15000 + $$ % 5000))

serve() { # MEMBERS
	port=$((port + 1))
	at="127.77.1.1:$port"
	"$BIN/barrier" serve --listen "$at" --members "$1" 2>"$W/serve.err" &
	server=$!
	started="$started $server"
}

join() { # MEMBER, the rest as given: in the background, its output and exit code in files
	local member=$1
	shift
	"$BIN/barrier" wait --server "$at" --member "$member" --timeout 60 "$@" >"$W/$member.out" 2>"$W/$member.err" &
	pids[$member]=$!
	started="$started $!"
}

# The exit codes of members that joined: "0 0 1".
codes_are() { # CODES MEMBER...
	local wanted=$1 got= member
	shift
	for member; do
		wait "${pids[$member]}"
		got="$got${got:+ }$?"
	done
	is "$got" "$wanted"
}

serve 3
join a 1 up
join b 1 up
"$BIN/barrier" wait --server "$at" --member a --timeout 0.3 1 2>"$W/short.err"
ok "nobody is released before all have come: 124" is $? 124
join c 1 up
ok "three members meet" codes_are "0 0 0" a b c
ok "and print nothing" is "$(cat "$W"/[abc].out "$W"/[abc].err)" ""
"$BIN/barrier" wait --server "$at" --member a --timeout 10 1 up
ok "a barrier that is passed lets a second asker through" is $? 0

"$BIN/barrier" wait --server "$at" --member b --timeout 0.3 2 2>"$W/late.err"
ok "a time-out gives 124" is $? 124
ok "and says who is missing" grep -q 'missing: a c$' "$W/late.err"

join a --put pid=123 --put 'text=two words' 3
join b --put port=4567 3
join c 3
ok "values: all released" codes_are "0 0 0" a b c
ok "c sees the values of a and b" is "$(sort "$W/c.out" | tr '\n' ,)" "pid=123,port=4567,text=two words,"
ok "b sees those of a only" is "$(sort "$W/b.out" | tr '\n' ,)" "pid=123,text=two words,"

join a 4
join b 4
"$BIN/barrier" fail --server "$at" --member c "module did	not load"
ok "a failure is taken" is $? 0
ok "and ends the waits of the others with 1" codes_are "1 1" a b
ok "and the reason" grep -q 'c: module did not load' "$W/a.err"
"$BIN/barrier" wait --server "$at" --member a --timeout 10 5 2>"$W/after.err"
ok "and all later waits" is $? 1

serve 2
join a 1 up
join b 1 down
ok "one number by two names is a failure" codes_are "1 1" a b

serve node-a,peer
"$BIN/barrier" wait --server "$at" --member node-b --timeout 10 1 2>"$W/foreign.err"
ok "a stranger among named members is refused" is $? 1
"$BIN/barrier" wait --server "$at" --member node-a --timeout 0.3 1 2>"$W/named.err"
ok "a named member is missed though it never came" grep -q 'missing: peer' "$W/named.err"

port=$((port + 1))
at="127.77.1.1:$port"
"$BIN/barrier" wait --server "$at" --member a --timeout 0.3 1 2>"$W/none.err"
ok "no server: 124" is $? 124
ok "and it says so" grep -q 'not reached' "$W/none.err"
join a 1
port=$((port - 1))
serve 1
ok "a late server is waited for" codes_are "0" a

port=$((port + 1))
at="127.77.1.1:$port"
"$BIN/barrier" serve --listen "$at" --members 20 2>"$W/serve.err" &
started="$started $!"
for i in $(seq 20); do join "m$i" --put "k$i=$i" 7; done
ok "twenty members" codes_are "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0" $(seq -f m%g 20)
ok "nineteen values" is "$(wc -l <"$W/m20.out")" 19
"$BIN/barrier" serve --listen "$at" --members 2 2>"$W/twice.err"
ok "a port in use: 69" is $? 69
"$BIN/barrier" wait --server "$at" --member 'a b	c' 1 2>/dev/null
ok "a tab in a name: 64" is $? 64
"$BIN/barrier" wait --server "$at" --member a x 2>/dev/null
ok "no number: 64" is $? 64
finish
