#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
. "$(dirname "$0")/tap.sh"
log="$W/log"
await() { "$BIN/await" --file "$log" "$@" 2>"$W/err"; }
try() { await --timeout 0.2 "$@"; echo $?; }

ok "no file: 124" is "$(try 'n>=1')" 124
ok "  says that nothing was seen" grep -q 'never seen' "$W/err"
(await --timeout 60 'n>=3'; echo $? >"$W/code") &
waiter=$!
for n in 1 2 3; do echo "{\"n\":$n}" >>"$log"; done
wait $waiter
ok "released by the line that makes it true" is "$(cat "$W/code")" 0
echo '{"event":"end","s":"good","x":-1.5,"deep":{"n":99},"t":"n","big":12345678901234}' >>"$log"
while read -r expected expression; do
	ok "$expression: $expected" is "$(try "$expression")" "$expected"
done <<'L'
0 n>=3
124 n>=4
124 n>3
0 n<=3
0 n<4
0 n==3
124 n!=3
0 n==3.0
0 x<-1
0 s==good
124 s==bad
0 s!=bad
124 n>=99
0 big>=12345678901234
124 big>=12345678901235
124 s>=1
64 s>=good
64 >=1
64 n
L
ok "all must hold" is "$(try 'n>=3' 's==good')" 0
ok "all must hold: one does not" is "$(try 'n>=3' 's==bad')" 124
ok "  says which value was last" grep -q 'n>=3, last n=3; s==bad, last s=good' "$W/err"
ok "an event of that name only" is "$(try --event end 'n>=1')" 124
ok "an event of that name" is "$(try --event end 'x<0')" 0

ok "+1 is not there yet" is "$(try 'n>=+1')" 124
"$BIN/await" --file "$log" --timeout 60 'n>=+2' &
waiter=$!
# Not before it has read what is there: then it is in ppoll (271) on its inotify descriptor.
until grep -q '^271 ' /proc/$waiter/syscall; do :; done
echo '{"n":4}' >>"$log"
echo 'not JSON, and { no matter' >>"$log"
echo '{"n":5}' >>"$log"
wait $waiter
ok "+2 when it began at 3 is 5" is $? 0
echo '{"event":"gone"}' >>"$log"
ok "an event that is not wanted: 1 at once" is "$(try --timeout 60 --not gone 'n>=99')" 1
ok "  unless the condition held first" is "$(try --not gone 'n>=3')" 0
ok "old lines do not count with --fresh" is "$(try --fresh 'n>=1')" 124
"$BIN/await" --file "$log" --fresh --timeout 60 'n>=+2' &
waiter=$!
until grep -q '^271 ' /proc/$waiter/syscall; do :; done
echo '{"n":10}' >>"$log"
echo '{"n":11}' >>"$log"
ok "one more than the first fresh line is not two more" kill -0 $waiter
echo '{"n":12}' >>"$log"
wait $waiter
ok "two more than the first fresh line" is $? 0
rm "$log"
ok "+0 without a line before: not seen" is "$(try 'n>=+0')" 124
log="$W/no/folder/log"
ok "no folder: 69" is "$(try 'n>=1')" 69
finish
