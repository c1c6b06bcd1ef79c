// SPDX-License-Identifier: GPL-2.0-only
// The tests that concern the module, on the kernel that checks itself, with two processors in each machine: docs/hardening.md.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'test/lab/module*.test.ts',
      'test/lab/states.test.ts',
      'test/lab/race.test.ts',
      'test/lab/fuzz.test.ts',
      'test/lab/handover.test.ts',
    ],
    globalSetup: ['test/temporary.ts'],
    reporters: ['default', './test/closing-line.ts'],
    env: { MIGLAB_TEST_IMAGE: 'trixie-debug', MIGLAB_TEST_PROCESSORS: '2', MIGLAB_TEST_PATIENCE: '8' },
    fileParallelism: false,
    hookTimeout: 900_000,
  },
});
