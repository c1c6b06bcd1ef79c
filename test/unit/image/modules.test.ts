// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { chooseModules, moduleInfo, moduleLists } from '../../../src/image/modules.ts';

const info = (...pairs: string[]) => Buffer.from(`\x7fELF code\0${pairs.join('\0')}\0more`);
const files: Record<string, Buffer> = {
  'kernel/drivers/net/virtio_net.ko.xz': info('alias=virtio:d00000001v*', 'depends=net_failover,virtio'),
  'kernel/drivers/net/net-failover.ko.xz': info('depends=failover,virtio'),
  'kernel/net/core/failover.ko': info('depends='),
  'kernel/drivers/virtio/virtio.ko': info('depends=failover'),
  'kernel/fs/other.ko': info('depends='),
};
const choose = (wanted: string[], builtin: string[] = []) =>
  chooseModules(wanted, Object.keys(files), new Set(builtin), async (file) => files[file] as Buffer);

test('.modinfo values are read in their order', () => {
  expect(moduleInfo(info('alias=a', 'license=GPL', 'alias=b'), 'alias')).toEqual(['a', 'b']);
  expect(moduleInfo(info('xalias=a'), 'alias')).toEqual([]);
});

test('a module brings what it depends on, and nothing else', async () => {
  const names = (await choose(['virtio_net'])).map(({ name }) => name);
  expect(names.sort()).toEqual(['failover', 'net_failover', 'virtio', 'virtio_net']);
});

test('what the kernel has built in is no file; what it does not have at all is a fault', async () => {
  expect(await choose(['virtio'], ['virtio'])).toEqual([]);
  await expect(choose(['nothing'])).rejects.toMatchObject({
    exitCode: 64,
    message: expect.stringMatching(/nothing/),
  });
});

test('modules.dep names each dependency after what needs it, as modprobe loads from the end', async () => {
  const lists = moduleLists('6.12', await choose(['virtio_net']));
  const text = (name: string) =>
    String(lists.flatMap((node) => (node.type === 'file' && node.path.endsWith(name) ? [node.content] : [])));
  const line = text('modules.dep')
    .split('\n')
    .find((each) => each.startsWith('kernel/drivers/net/virtio_net.ko:'));
  expect(line).toBe(
    'kernel/drivers/net/virtio_net.ko: kernel/drivers/net/net-failover.ko kernel/drivers/virtio/virtio.ko kernel/net/core/failover.ko',
  );
  expect(text('modules.alias')).toBe('alias virtio:d00000001v* virtio_net\n');
});
