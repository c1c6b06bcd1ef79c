#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh DIR: the checkpoint's tests on one machine; DIR is what `make O=DIR all` and `make -C test O=DIR` made.
# Origin and destination are two PID namespaces that talk over loopback. Needs root. Prints TAP; 1 if a test failed.
set -u
dir=$(realpath "${1:?usage: run.sh DIR}")
here=$(realpath "$(dirname "$0")")
for needed in bin/cr_run bin/cr_checkpoint bin/cr_restart bin/cr_receiver bin/cr_resolve test/cr/carried test/cr/refused test/cr/cut test/cr/sha256; do
	[ -x "$dir/$needed" ] || { echo "Bail out! $dir/$needed is missing"; exit 1; }
done
# A descriptor that the caller left open would be a pipe or socket shared with another process: refused, rightly.
for fd in /proc/$$/fd/*; do
	fd=${fd##*/}
	[ "$fd" -gt 2 ] && [ "$fd" != 255 ] && eval "exec $fd>&-"
done
work=$(mktemp -d)
port=17702
tests=0 failures=0 started=()

report() { # good name [detail]
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then echo "ok $tests - $2"; else
		failures=$((failures + 1))
		echo "not ok $tests - $2"
		[ -n "${3:-}" ] && sed 's/^/# /' <<<"$3"
	fi
}

finish() {
	for pid in "${started[@]}"; do kill -KILL "$pid" 2>/dev/null; done
	wait 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

# until SECONDS COMMAND...: waits for a condition
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -ge $end ] && return 1
		sleep 0.02
	done
}

namespace() { # name: its init sleeps; everything in it dies with that
	unshare --pid --fork --mount-proc --kill-child sleep infinity </dev/null >/dev/null 2>&1 &
	started+=($!)
	until_true 10 test -s "/proc/$!/task/$!/children"
	local init
	read -r init <"/proc/$!/task/$!/children"
	until_true 10 mounted "$init"
	mkdir -p /run/cr
	nsenter -t "$init" -p -m -- mount -t tmpfs -o mode=0700 tmpfs /run/cr
	eval "$1=$init"
}
mounted() { [ "$(readlink "/proc/$1/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ] && grep -q sleep "/proc/$1/comm"; }

in_ns() { nsenter -t "$1" -p -m --wd="$work" -- "${@:2}"; }
has() { grep -q "$1" "$2" 2>/dev/null; }
# The host's number of the process with this name in a namespace
inner() { in_ns "$1" pgrep -o -f "$2" || { echo "Bail out! $2 does not run" >&2; kill $$; exit 1; }; }
gone() { ! in_ns "$1" kill -0 "$2" 2>/dev/null; }
grown() { [ "$(stat -c %s "$1")" -gt "$2" ]; }

run_in() { # namespace output command...
	nsenter -t "$1" -p -m --wd="$work" -- "$dir/bin/cr_run" "${@:3}" >"$2" 2>&1 </dev/null &
	started+=($!)
	disown $! # its end by a signal is expected
}
move() { in_ns "$origin" "$dir/bin/cr_checkpoint" --to "127.0.0.1:${2:-$port}" --secret-file "${3:-$work/secret}" --timeout 20 "$1" >"$work/json" 2>"$work/said"; }
status_is() { grep -q "\"status\":\"$1\"" "$work/json"; }

start() {
	head -c 32 /dev/urandom >"$work/secret"
	head -c 32 /dev/urandom >"$work/other"
	chmod 600 "$work/secret" "$work/other"
	namespace origin
	namespace destination
	in_ns "$origin" sh -c 'echo 20000 >/proc/sys/kernel/ns_last_pid'
	in_ns "$destination" "$dir/bin/cr_receiver" --listen "127.0.0.1:$port" --secret-file "$work/secret" \
		>"$work/receiver" 2>"$work/receiver.said" </dev/null &
	started+=($!)
	# On the port where a destination asks its origin.
	in_ns "$origin" "$dir/bin/cr_receiver" --listen 127.0.0.1 --secret-file "$work/secret" \
		>"$work/receiver.origin" 2>&1 </dev/null &
	started+=($!)
	until_true 10 has receiver "$work/receiver" && until_true 10 has receiver "$work/receiver.origin" ||
		{ echo "Bail out! no receiver"; exit 1; }
}

test_carried() { # moved: yes or no
	local log="$work/carried.$1" pid
	run_in "$origin" "$work/carried.out" "$dir/test/cr/carried" "$log"
	until_true 20 has '^# ready' "$log" || { report 1 "carried: starts"; return; }
	pid=$(inner "$origin" "cr/carried $log")
	if [ "$1" = yes ]; then
		move "$pid"
		report $? "move of a process with many kinds of state" "$(cat "$work/json" "$work/said" "$work/receiver.said")"
		in_ns "$destination" kill -TERM "$pid"
	else
		in_ns "$origin" kill -TERM "$pid"
	fi
	carried_log "$log" "moved: $1"
}

carried_log() { # log how
	until_true 20 has '^# done' "$1"
	while read -r line; do
		case $line in
		'ok '*) report 0 "${line#* - }, $2" ;;
		'not ok '*) report 1 "${line#* - }, $2" ;;
		esac
	done <"$1"
	has '^# done' "$1"
	report $? "carried: ends, $2" "$(cat "$1")"
}

test_refused() { # kind name
	local out="$work/refused.$1" pid size
	run_in "$origin" "$out" "$dir/test/cr/refused" "$1"
	until_true 10 has '^1$' "$out"
	pid=$(inner "$origin" "cr/refused $1")
	move "$pid"
	[ $? = 1 ] && status_is refused && grep -q "\"reason\":\"$2" "$work/json"
	report $? "$1 is refused as $2" "$(cat "$work/json" "$work/said")"
	size=$(stat -c %s "$out")
	until_true 10 grown "$out" "$size"
	report $? "$1: the process goes on"
	in_ns "$origin" kill -KILL "$pid"
}

test_cut() { # bytes
	local out="$work/cut.$1" pid size
	"$dir/test/cr/cut" 17703 $port "$1" >"$work/cut.ready" &
	started+=($!)
	until_true 10 has ready "$work/cut.ready"
	run_in "$origin" "$out" "$dir/test/cr/refused" nothing
	until_true 10 has '^1$' "$out"
	pid=$(inner "$origin" "cr/refused nothing")
	move "$pid" 17703
	[ $? = 1 ] && ! status_is ok && ! status_is in-doubt
	report $? "stream cut after $1 bytes: not moved" "$(cat "$work/json" "$work/said")"
	size=$(stat -c %s "$out")
	until_true 10 grown "$out" "$size"
	report $? "stream cut after $1 bytes: the process goes on"
	until_true 10 gone "$destination" "$pid"
	report $? "stream cut after $1 bytes: nothing is left at the destination"
	in_ns "$origin" kill -KILL "$pid"
}

test_authentication() {
	local out="$work/authentication" pid
	run_in "$origin" "$out" "$dir/test/cr/refused" nothing
	until_true 10 has '^1$' "$out"
	pid=$(inner "$origin" "cr/refused nothing")
	move "$pid" $port "$work/other"
	[ $? = 1 ] && grep -q '"reason":"authentication' "$work/json"
	report $? "another secret is refused" "$(cat "$work/json")"
	in_ns "$destination" sh -c "echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid; sleep infinity & wait" &
	started+=($!)
	until_true 10 in_ns "$destination" kill -0 "$pid"
	move "$pid"
	[ $? = 1 ] && grep -q '"reason":"[pt]id-in-use' "$work/json"
	report $? "a number in use at the destination is refused" "$(cat "$work/json")"
	in_ns "$origin" kill -KILL "$pid"
}

test_python() {
	local out="$work/python" pid size
	run_in "$origin" "$out" python3 "$here/threads.py"
	until_true 20 has '^2 ' "$out" || { report 1 "python3 starts" "$(cat "$out")"; return; }
	pid=$(inner "$origin" threads.py)
	move "$pid"
	report $? "move of python3 with threads" "$(cat "$work/json" "$work/said" "$work/receiver.said")"
	size=$(stat -c %s "$out")
	until_true 20 grown "$out" $((size + 60)) && ! has -E 'False|Error' "$out"
	report $? "python3 goes on" "$(tail -5 "$out")"
	in_ns "$destination" kill -KILL "$pid"
}

. "$here/files.sh"
. "$here/handover.sh"
start
while read -r line; do report "$([[ $line == ok* ]]; echo $?)" "${line#* - }"; done < <("$dir/test/cr/sha256")
test_carried no
test_carried yes
test_python
test_files
test_authentication
test_hand_over
for bytes in 100 2000 30000 100000; do test_cut $bytes; done
for kind in unix-socket udp-socket deleted-file memfd shared-memory sysv-shm locked-memory children \
	posix-timer signalfd:descriptor inotify:descriptor file-lock thread-masks-signal credentials no-handler; do
	test_refused "${kind%:*}" "${kind#*:}"
done
echo "1..$tests"
[ $failures = 0 ]
