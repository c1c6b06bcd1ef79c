// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';

/** What a machine said of its kernel's network: see src/plan/settings.ts. */
export const settingsSchema = z.looseObject({
  event: z.literal('settings'),
  sysctls: z.string(),
  links: z.string(),
  offloads: z.string(),
});
export type SettingsEvent = z.infer<typeof settingsSchema>;

/** Values by name: a sysctl's (`net.ipv4.tcp_rmem`), a card's `mtu` and `qdisc`, and the features that are on (`offloads`). */
export type Settings = Readonly<Record<string, string>>;

/** Lines of another form, which another kernel or tool may print, say nothing. */
export function settingsOf({ sysctls, links, offloads }: SettingsEvent): Settings {
  const found: Record<string, string> = {};
  for (const [, path = '', value = ''] of sysctls.matchAll(/^([\w/]+):(.*)$/gm))
    found[`net.${path.replaceAll('/', '.')}`] = value.replaceAll('\t', ' ').trim();
  for (const [, card, mtu = '', qdisc = ''] of links.matchAll(/^\d+: (\S+?):.* mtu (\d+) qdisc (\S+)/gm)) {
    found[`${card} mtu`] = mtu;
    found[`${card} qdisc`] = qdisc;
  }
  for (const [, card, feature = ''] of offloads.matchAll(/^(\S+): (\S+): on$/gm)) {
    const name = `${card} offloads`;
    found[name] = found[name] ? `${found[name]} ${feature}` : feature;
  }
  return found;
}

/** A machine's values over several boots; each that was not always the same with ` | ` between them. */
export function mergeSettings(boots: readonly Settings[]): Settings {
  const values = new Map<string, Set<string>>();
  for (const boot of boots)
    for (const [name, value] of Object.entries(boot))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  return Object.fromEntries(
    [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, all]) => [name, [...all].join(' | ')]),
  );
}
