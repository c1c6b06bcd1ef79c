// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { guestFiles, modulePath } from '../../src/plan/script.ts';
import { carryOut } from './boot.ts';
import { patience } from './chosen.ts';

const { events } = guestFiles;

test(
  'the device asks for CAP_NET_ADMIN in the network namespace that a session was opened in, sees nothing of another, and stays while it is used',
  async () => {
    const boot = await carryOut('rights', ({ name }) =>
      name === 'node-a'
        ? [
            'ip link set lo up',
            `insmod ${modulePath}`,
            `cat > /run/rights.py <<'PYTHON'\n${readFileSync('test/lab/rights.py', 'utf8')}PYTHON`,
            `python3 /run/rights.py >> ${events} 2> /run/rights.err || fail "rights.py: $(tail -n 3 /run/rights.err)"`,
            "! dmesg | grep -E 'WARNING:|BUG:|Oops|refcount_t:|UBSAN:|general protection' || fail 'the kernel complained'",
          ]
        : [':'],
    );
    expect(boot.problem).toBe('');
    const found = boot.events('node-a', 'right').map(({ what, outcome }) => [what, outcome]);
    expect(found).toEqual([
      ['nobody opens the device', 'EACCES'],
      ['nobody asks a session that root opened', 'EPERM'],
      ["a user attaches his own namespace's connection", 'ok'],
      ['and freezes it', 'ok'],
      ['and calls it off', 'ok'],
      ['which goes on', 'ok'],
      ["a user attaches another namespace's connection", 'EXDEV'],
      ['by its tuple', 'ENOENT'],
      ["a user takes another namespace's session", 'EPERM'],
      ["captures the tuple that is another namespace's", 'ok'],
      ['the connection of the first namespace goes on', 'ok'],
      ['unload while a session is open', 'EAGAIN'],
      ['unload while a connection is frozen', 'EAGAIN'],
      ['its session was closed: it goes on', 'ok'],
      ['unload when nothing is open', 'ok'],
      ['and on without the module', 'ok'],
    ]);
  },
  patience * 120_000,
);
