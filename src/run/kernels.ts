// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { assembleInitramfs } from '../image/cpio.ts';
import { type LabPlan, otherImages } from '../plan/lab.ts';
import type { Kernel, LabBoot } from '../vm/lab.ts';
import type { Ground } from './ground.ts';

/** Puts into the lab's folder what its machines boot: an initramfs for each image, with these layers behind it. */
export async function assembleKernels(
  plan: LabPlan,
  ground: Ground,
  folder: string,
  layers: readonly Buffer[],
): Promise<Pick<LabBoot, 'kernel' | 'arguments' | 'initramfs' | 'own'>> {
  const assemble = async (
    { guest, tools }: Pick<Ground, 'guest' | 'tools'>,
    name: string,
  ): Promise<Kernel> => {
    const initramfs = join(folder, name);
    await assembleInitramfs(initramfs, [guest.initramfs, tools.layer, ...layers]);
    return { kernel: guest.kernel, arguments: guest.arguments, initramfs };
  };
  const others = new Map<string, Kernel>();
  for (const image of otherImages(plan)) {
    const guest = ground.others.get(image);
    if (!guest) throw new Error(`the image ${image} was not prepared`);
    others.set(image, await assemble(guest, `initramfs.${image}`));
  }
  const own = plan.machines.flatMap(({ name, image }): [string, Kernel][] => {
    const kernel = image ? others.get(image) : undefined;
    return kernel ? [[name, kernel]] : [];
  });
  return { ...(await assemble(ground, 'initramfs')), ...(own.length > 0 ? { own: new Map(own) } : {}) };
}
