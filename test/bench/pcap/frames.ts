// SPDX-License-Identifier: GPL-2.0-only
import { parseIpv4, parseMac } from '../../../src/pcap/address.ts';

/** One side of the connection as the capture shows it; a migration changes the MAC and nothing else. */
export interface Side {
  mac: string;
  address: string;
  port: number;
}

export const SNAPLEN = 128;
const RECORD_HEADER = 16;
/** Within a record: its header, then Ethernet (14 bytes) and IPv4 (20), then TCP or UDP. */
const AT = { ethernet: RECORD_HEADER, ip: RECORD_HEADER + 14, transport: RECORD_HEADER + 34 };
const TIMESTAMPS = Buffer.from([1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
const SYN_OPTIONS = Buffer.from([2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7]);

/** A record as it is in the file, to be written again and again with other numbers. Checksums are left out. */
export class Template {
  readonly bytes: Buffer;

  private constructor(bytes: Buffer, length: number) {
    this.bytes = bytes;
    this.bytes.writeUInt32LE(bytes.length - RECORD_HEADER, 8);
    this.bytes.writeUInt32LE(length, 12);
  }

  static tcp(from: Side, to: Side, payload: number, flags = 0x10): Template {
    const options = flags & 2 ? SYN_OPTIONS : TIMESTAMPS;
    const header = Buffer.alloc(20);
    header.writeUInt16BE(from.port, 0);
    header.writeUInt16BE(to.port, 2);
    header[12] = ((20 + options.length) / 4) << 4;
    header[13] = flags;
    header.writeUInt16BE(0x8000, 14);
    return Template.ip(from, to, 6, Buffer.concat([header, options, Buffer.alloc(payload, 0xa5)]));
  }

  static udp(from: Side, to: Side, text: string): Template {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(from.port, 0);
    header.writeUInt16BE(to.port, 2);
    header.writeUInt16BE(8 + text.length, 4);
    return Template.ip(from, to, 17, Buffer.concat([header, Buffer.from(text)]));
  }

  private static ip(from: Side, to: Side, protocol: number, content: Buffer): Template {
    const header = Buffer.alloc(AT.transport);
    header.writeUIntBE(parseMac(to.mac), AT.ethernet, 6);
    header.writeUIntBE(parseMac(from.mac), AT.ethernet + 6, 6);
    header.writeUInt16BE(0x0800, AT.ethernet + 12);
    header[AT.ip] = 0x45;
    header.writeUInt16BE(20 + content.length, AT.ip + 2);
    header.writeUInt16BE(0x4000, AT.ip + 6);
    header[AT.ip + 8] = 64;
    header[AT.ip + 9] = protocol;
    header.writeUInt32BE(parseIpv4(from.address), AT.ip + 12);
    header.writeUInt32BE(parseIpv4(to.address), AT.ip + 16);
    const whole = Buffer.concat([header, content]);
    return new Template(whole.subarray(0, RECORD_HEADER + SNAPLEN), whole.length - RECORD_HEADER);
  }

  setMac(mac: string): void {
    this.bytes.writeUIntBE(parseMac(mac), AT.ethernet + 6, 6);
  }

  setNumbers(seq: number, ack: number, tsval: number, tsecr: number): void {
    const { bytes } = this;
    const isSyn = ((bytes[AT.transport + 13] ?? 0) & 2) !== 0;
    const timestamps = AT.transport + (isSyn ? 28 : 24);
    bytes.writeUInt32BE(seq >>> 0, AT.transport + 4);
    bytes.writeUInt32BE(ack >>> 0, AT.transport + 8);
    bytes.writeUInt32BE(tsval >>> 0, timestamps);
    bytes.writeUInt32BE(tsecr >>> 0, timestamps + 4);
  }
}
