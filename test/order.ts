// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { type Kind, kindOf, steady } from './kinds.ts';

/** Those that run beside first, so that they have all the time there is; what needs no machine fills the gaps at the end. */
export class Order extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const of = (kind: Kind) => files.filter(({ moduleId }) => kindOf(moduleId) === kind);
    const place = ({ moduleId }: TestSpecification) => steady.indexOf(basename(moduleId));
    return [...of('steady').sort((a, b) => place(a) - place(b)), ...of('real'), ...of('unit')];
  }
}
