// SPDX-License-Identifier: GPL-2.0-only
import type { LabPlan } from '../../src/plan/lab.ts';

const { MIGLAB_TEST_IMAGE, MIGLAB_TEST_PROCESSORS, MIGLAB_TEST_PATIENCE } = process.env;

/** How many times as long a test may take on this kernel: `npm run test:debug`. */
export const patience = Number(MIGLAB_TEST_PATIENCE ?? 1);

/** The lab with the kernel and the processors that a run of the tests asks for. */
export const chosen = (lab: LabPlan): LabPlan => ({
  ...lab,
  image: MIGLAB_TEST_IMAGE ?? lab.image,
  machines: lab.machines.map((each) => ({
    ...each,
    processors: Number(MIGLAB_TEST_PROCESSORS ?? each.processors),
  })),
});
