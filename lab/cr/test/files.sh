# SPDX-License-Identifier: GPL-2.0-only
# Checkpoints in files; part of run.sh, whose functions it uses.

save() { in_ns "$origin" "$dir/bin/cr_checkpoint" -f "$2" --timeout 20 "$1" >"$work/json" 2>"$work/said"; }
restarted() { grep -q '"event":"restart".*"status":"ok"' "$1"; }

continue_in() { # namespace file output
	nsenter -t "$1" -p -m --wd="$work" -- "$dir/bin/cr_restart" -f "$2" >"$3" 2>"$3.said" </dev/null &
	started+=($!)
	disown $!
}

refused_file() { # name file reason: nothing is made, and the reason is said
	in_ns "$destination" timeout -s KILL 20 "$dir/bin/cr_restart" --file "$2" >"$work/json" 2>"$work/said" </dev/null
	[ $? = 1 ] && status_is refused && grep -q "\"reason\":\"$3" "$work/json" && gone "$destination" "$saved"
	report $? "file, $1: refused as $3" "$(cat "$work/json" "$work/said")"
}

test_damaged() { # file
	local what
	for what in flip:{1..12} 'cut:0|foreign' 'cut:1|truncated' 'cut:50|truncated' 'cut:99|truncated' 'longer|length' \
		'version|version' 'machine|machine' 'text|foreign' 'kernel|kernel' 'order|records'; do
		refused_file "${what%|*}" "$(python3 "$here/damage.py" "$1" "${what%|*}")" \
			"$([[ $what == flip* ]] && echo '\(corrupted\|foreign\|version\|machine\|truncated\|length\)' || echo "${what#*|}"):"
	done
	cp "$1" "$1.open" && chmod 622 "$1.open"
	refused_file "others may write" "$1.open" permissions:
	refused_file "missing" "$1.none" file:
	refused_file "a folder" "$work" file:
}

test_file() {
	local log="$work/filed" file="$work/filed.image"
	run_in "$origin" "$work/filed.out" "$dir/test/cr/carried" "$log"
	until_true 20 has '^# ready' "$log" || { report 1 "carried, for a file: starts"; return; }
	saved=$(inner "$origin" "cr/carried $log")
	save "$saved" "$file"
	report $? "checkpoint of a process with many kinds of state into a file" "$(cat "$work/json" "$work/said")"
	gone "$origin" "$saved" && [ "$(stat -c %a "$file")" = 600 ] && [ ! -e "$file.partial" ]
	report $? "the process has ended, the file is its owner's only, nothing else is left"
	test_damaged "$file"
	continue_in "$destination" "$file" "$work/filed.json"
	until_true 20 restarted "$work/filed.json"
	report $? "restart from the file" "$(cat "$work/filed.json" "$work/filed.json.said")"
	in_ns "$destination" timeout -s KILL 20 "$dir/bin/cr_restart" -f "$file" >"$work/json" 2>"$work/said" </dev/null
	[ $? = 1 ] && grep -q '"reason":"[pt]id-in-use' "$work/json"
	report $? "a second restart while the first runs is refused" "$(cat "$work/json")"
	in_ns "$destination" kill -TERM "$saved"
	carried_log "$log" "from a file"
}

# A signal that comes when the memory is already being written travels too.
test_late_signal() {
	local out="$work/late" file="$work/late.image" pid saving
	run_in "$origin" "$out" python3 -c '
import signal, time
memory = bytearray(b"x") * 200_000_000
signal.signal(signal.SIGUSR1, lambda *_: print("signalled", flush=True))
print("ready", flush=True)
while True:
    time.sleep(0.05)'
	until_true 20 has ready "$out" || { report 1 "python3 with memory starts"; return; }
	pid=$(inner "$origin" "python3 -c")
	save "$pid" "$file" &
	saving=$!
	until_true 10 larger "$file.partial" 1000000 && in_ns "$origin" kill -USR1 "$pid"
	report $? "a signal while the file is written"
	wait $saving
	report $? "the file is written" "$(cat "$work/json" "$work/said")"
	has signalled "$out"
	report $((! $?)) "the signal has not been delivered at the origin"
	continue_in "$destination" "$file" "$work/late.json"
	until_true 20 has signalled "$out"
	report $? "it is delivered after the restart" "$(cat "$out" "$work/late.json" "$work/late.json.said")"
	in_ns "$destination" kill -KILL "$pid"
	rm -f "$file"
}
larger() { [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt "$2" ]; }

# Whatever keeps the file from being written, the process goes on and no part of a file stays.
test_file_fails() { # name file reason
	local out="$work/unsaved" pid size
	run_in "$origin" "$out" "$dir/test/cr/refused" nothing
	until_true 10 has '^1$' "$out"
	pid=$(inner "$origin" "cr/refused nothing")
	save "$pid" "$2"
	[ $? = 1 ] && grep -q "\"reason\":\"$3" "$work/json"
	report $? "file, $1: $3" "$(cat "$work/json" "$work/said")"
	size=$(stat -c %s "$out")
	until_true 10 grown "$out" "$size" && ! in_ns "$origin" test -e "$2.partial"
	report $? "file, $1: the process goes on, nothing is left"
	in_ns "$origin" kill -KILL "$pid"
	until_true 10 gone "$origin" "$pid"
}

test_files() {
	test_file
	test_late_signal
	mkdir "$work/small"
	in_ns "$origin" mount -t tmpfs -o size=64k none "$work/small"
	test_file_fails "disk full" "$work/small/image" 'file: .*No space left'
	test_file_fails "it exists" "$work/filed.image" 'file: .*exists'
	test_file_fails "no folder" "$work/none/image" 'file: .*No such file'
}
