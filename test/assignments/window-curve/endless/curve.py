# SPDX-License-Identifier: GPL-2.0-only
"""Prints, and never ends."""
while True:
    print("0.000000,0")
