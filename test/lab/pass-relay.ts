// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { takesAt } from '../../src/plan/passing.ts';
import { lab } from './boot.ts';

/** Where node-a passes connections to, so that they go through the relay to node-b. */
export const relayed = '127.0.0.1:7200';

const program = '/run/pass-relay.py';

/** Waits until the relay says so: up, held. */
export const waitFor = (file: string) => `until [ -e /run/relay/${file} ]; do sleep 0.02; done`;

/** `relay FAULT [once]` at node-a, as $relaying; a fault is what it does at which message: cut@COMMIT, hold@STATE, carry@. */
export const relaying = [
  `cat > ${program} <<'PYTHON'\n${readFileSync('test/lab/pass-relay.py', 'utf8')}PYTHON`,
  `relay() { rm -f /run/relay/*; python3 ${program} ${relayed} ${takesAt(lab, 'node-b')} "$@" & relaying=$!; ${waitFor('up')}; }`,
];
