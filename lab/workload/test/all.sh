#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# BIN=DIR test/all.sh: all self tests; the exit code is 0 if all passed. The tools' await is used: TOOLS_BIN.
cd "$(dirname "$0")" || exit 70
failed=0
for test in "$BIN/test/stream" "$BIN/test/pace" ./verify.sh ./ends.sh; do
	echo "# ${test##*/}"
	"$test" || failed=1
done
exit $failed
