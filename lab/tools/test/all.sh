#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# BIN=DIR test/all.sh: all self tests; the exit code is 0 if all passed. They need python3.
cd "$(dirname "$0")" || exit 70
failed=0
for test in barrier say await connections mark census; do
	echo "# $test"
	"./$test.sh" || failed=1
done
exit $failed
