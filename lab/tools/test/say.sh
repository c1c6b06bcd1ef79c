#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Events on the serial line (a file here, a pseudo-terminal once) and lines that are passed on.
. "$(dirname "$0")/tap.sh"
out="$W/out"
say() { "$BIN/say" --to "$out" --lock "$W/run/lock" --machine node-a "$@"; }
as_json() { python3 -c 'import json,sys
for line in open(sys.argv[1], encoding="utf-8"): e = json.loads(line); e.pop("t_ns", 0); print(json.dumps(e, ensure_ascii=False))' "$1"; }

say boot 'text=a "quoted" \ back	tab' n:=-1.5e3 'list:=[1, {"a": null}]' empty= 'eq=a=b' 'uni=ü'
ok "strings, raw JSON, escapes" is "$(as_json "$out")" \
	'{"event": "boot", "machine": "node-a", "text": "a \"quoted\" \\ back\ttab", "n": -1500.0, "list": [1, {"a": null}], "empty": "", "eq": "a=b", "uni": "ü"}'
ok "the clock is there" grep -q '"t_ns":[0-9]' "$out"
for bad in 'n:=' 'n:=01' 'n:={"a"}' 'n:=[1,]' 'n:="open' 'n:=1 2' 'n:=tru' 'plain' '=x' ':=1'; do
	say boot "$bad" 2>/dev/null
	ok "refused: $bad" is $? 64
done
ok "nothing of that was written" is "$(wc -l <"$out")" 1

rm -f "$out"
log="$W/log"
"$BIN/say" --to "$out" --lock "$W/run/lock" --machine node-a --forward "$log" 2>"$W/forward.err" &
forward=$!
started=$forward
arrived() { "$BIN/await" --file "$out" --timeout 60 "$1"; }
printf '{"event":"workload","n":1}\n{"event":"workload",' >"$log"
ok "the first line of a file that was not there" arrived 'n>=1'
printf '"n":2}\n' >>"$log"
ok "a line written in two pieces" arrived 'n>=2'
printf '{"n":3}\n{}\n{"machine":"node-b","n":4}\nnot JSON\n{ "n" : 5 }\n' >>"$log"
ok "several at once" arrived 'n>=5'
mv "$log" "$log.old" && printf '{"n":6}\n' >"$log"
ok "another file of that name" arrived 'n>=6'
printf '{"n":7,"long":"so that the next is shorter"}\n' >"$log.new" && mv "$log.new" "$log"
ok "one moved there" arrived 'n>=7'
: >"$log"
printf '{"n":8}\n' >>"$log"
ok "one cut short and written again" arrived 'n>=8'
printf '{"n":9}\n{"half":' >>"$log"
kill -TERM $forward
wait $forward
ok "SIGTERM ends it well" is $? 0
ok "after what was there" is "$(as_json "$out" | tail -n 1)" '{"machine": "node-a", "n": 9}'
ok "the unfinished line is reported" grep -q 'unfinished' "$W/forward.err"
ok "machine comes first, is kept if there, strays are wrapped" is "$(sed -n 3,7p "$out" | sed 's/"t_ns":[0-9]*/T/' | tr '\n' ' ')" \
	'{"machine":"node-a","n":3} {"machine":"node-a"} {"machine":"node-b","n":4} {"event":"stray","machine":"node-a",T,"text":"not JSON"} {"machine":"node-a","n" : 5 } '

printf '{"a":1}\n\n{"b":2}' | say --stdin
ok "standard input" is "$(tail -n 2 "$out" | tr '\n' ' ')" '{"machine":"node-a","a":1} {"machine":"node-a","b":2} '

rm -f "$out"
pids=
for writer in 1 2 3 4; do
	for i in $(seq 200); do printf '{"writer":%d,"i":%d,"pad":"%01000d"}\n' $writer "$i" 0; done >"$W/lines.$writer"
	say --stdin <"$W/lines.$writer" &
	pids="$pids $!"
done
# shellcheck disable=SC2086
wait $pids
ok "four writers at once: 800 whole lines" is "$(grep -c '^{"machine":"node-a","writer":[1-4],"i":[0-9]*,"pad":"0\{1000\}"}$' "$out") $(wc -l <"$out")" "800 800"

python3 - "$BIN/say" "$W" <<'P'
import os, pty, subprocess, sys, threading
main, side = pty.openpty()
got = b""
def drain():
    global got
    while got.count(b"\n") < 800:
        got += os.read(main, 65536)
reader = threading.Thread(target=drain)
reader.start()
writers = [subprocess.Popen([sys.argv[1], "--to", os.ttyname(side), "--lock", sys.argv[2] + "/lock2", "--machine", "m", "--stdin"],
    stdin=open(f"{sys.argv[2]}/lines.{w}")) for w in range(1, 5)]
codes = [w.wait() for w in writers]
reader.join(60)
lines = got.split(b"\n")
sys.exit(codes != [0] * 4 or len(lines) != 801 or any(len(l) < 1000 or not l.endswith(b'0"}') for l in lines[:800]))
P
ok "the same on a terminal: no line broken, no carriage return, no echo" is $? 0
"$BIN/say" --to "$W/no/such" --lock "$W/run/lock" --machine m x 2>/dev/null
ok "no such device: 69" is $? 69
finish
