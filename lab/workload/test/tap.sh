# SPDX-License-Identifier: GPL-2.0-only
# TAP for the tests beside this file; they source it. BIN is the folder of the programs under test.
# Waits end by a condition or by the deadline of the tool that waits.
set -u
W=$(mktemp -d)
number=0
failed=0
started=
# A child that has not become its program yet must not clean up when a signal meets it.
trap '[ $BASHPID = $$ ] || exit; for pid in $started; do kill -9 "$pid"; wait "$pid"; done 2>/dev/null; rm -rf "$W"' EXIT

ok() { # TEXT COMMAND...
	local text=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number - $text"
	else
		echo "not ok $number - $text"
		echo "# failed: $*"
		for file in "$W"/*; do [ -f "$file" ] && tail -n 2 "$file" | sed "s|^|# ${file##*/}: |"; done
		failed=$((failed + 1))
	fi
}

finish() {
	echo "1..$number"
	[ "$failed" -eq 0 ]
	exit
}

# The value of a field of the last line of FILE that is the event NAME.
field() { # FILE EVENT KEY
	grep "\"event\":\"$2\"" "$1" | tail -n 1 | grep -o "\"$3\":[^,}]*" | head -n 1 | cut -d: -f2 | tr -d '"'
}

is() { [ "$1" = "$2" ] || { echo "# got '$1', wanted '$2'"; false; }; }
at_least() { [ "${1:-0}" -ge "$2" ] || { echo "# got '$1', wanted at least $2"; false; }; }
at_most() { [ "${1:-999999999}" -le "$2" ] || { echo "# got '$1', wanted at most $2"; false; }; }
