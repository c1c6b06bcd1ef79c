// SPDX-License-Identifier: GPL-2.0-only
import { defineConfig } from 'vitest/config';
import { workers } from './test/kinds.ts';
import { Order } from './test/order.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/temporary.ts', 'test/turns.ts'],
    setupFiles: ['test/turn.ts'],
    reporters: ['default', './test/closing-line.ts'],
    // Two cores: three machines on the host's clock at a time, and three on their own: test/kinds.ts.
    maxWorkers: workers,
    sequence: { sequencer: Order },
    testTimeout: 20_000,
    hookTimeout: 120_000,
  },
});
