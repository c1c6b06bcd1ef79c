// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode, Fault } from '../fault.ts';

/** '52:54:00:4d:00:01' as a number of 48 bits, the form in which packets are compared. */
export function parseMac(text: string): number {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text))
    throw new Fault(ExitCode.usage, `'${text}' is not a MAC address, expected 52:54:00:4d:00:01`);
  return Number.parseInt(text.replaceAll(':', ''), 16);
}

export function formatMac(mac: number): string {
  const digits = mac.toString(16).padStart(12, '0');
  return digits.match(/../g)?.join(':') ?? digits;
}

/** '10.77.0.1' as an unsigned number of 32 bits. */
export function parseIpv4(text: string): number {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    throw new Fault(ExitCode.usage, `'${text}' is not an IPv4 address, expected 10.77.0.1`);
  return parts.reduce((address, part) => address * 256 + Number(part), 0);
}

export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
