#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The library where it needs neither module nor root: in a network namespace with a loopback.
exec "${BIN:?}/test/library"
