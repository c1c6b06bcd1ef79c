// SPDX-License-Identifier: GPL-2.0-only
import { ExitCode, Fault } from '../fault.ts';

/** The 24 bytes at the start of a classic pcap file (draft-ietf-opsawg-pcap §4). */
export interface FileHeader {
  littleEndian: boolean;
  /** Nanoseconds in one unit of a record's sub-second field: 1000 or 1. */
  unitNs: 1 | 1000;
  snaplen: number;
}

export const FILE_HEADER_BYTES = 24;
const LINKTYPE_ETHERNET = 1;
const PCAPNG_SECTION_HEADER = 0x0a0d0d0a;

const MAGICS = new Map<number, Pick<FileHeader, 'littleEndian' | 'unitNs'>>([
  [0xa1b2c3d4, { littleEndian: false, unitNs: 1000 }],
  [0xd4c3b2a1, { littleEndian: true, unitNs: 1000 }],
  [0xa1b23c4d, { littleEndian: false, unitNs: 1 }],
  [0x4d3cb2a1, { littleEndian: true, unitNs: 1 }],
]);

/** A fault of the file, not of the program: byte offset, what is there and what was expected. */
export function captureFault(offset: number, found: string, expected: string, remedy?: string): Fault {
  return new Fault(ExitCode.usage, `capture: byte ${offset}: ${found}, expected ${expected}`, remedy);
}

export function parseFileHeader(bytes: Uint8Array): FileHeader {
  if (bytes.length < FILE_HEADER_BYTES)
    throw captureFault(bytes.length, 'end of file', `a pcap file header of ${FILE_HEADER_BYTES} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, FILE_HEADER_BYTES);
  const magic = view.getUint32(0);
  const kind = MAGICS.get(magic);
  if (kind === undefined) throw unknownMagic(magic);
  const major = view.getUint16(4, kind.littleEndian);
  if (major !== 2) throw captureFault(4, `pcap version ${major}`, 'version 2');
  const linkType = view.getUint32(20, kind.littleEndian) & 0xffff;
  if (linkType !== LINKTYPE_ETHERNET)
    throw captureFault(20, `link type ${linkType}`, `link type ${LINKTYPE_ETHERNET} (Ethernet)`);
  return { ...kind, snaplen: view.getUint32(16, kind.littleEndian) };
}

function unknownMagic(magic: number): Fault {
  const isPcapng = magic === PCAPNG_SECTION_HEADER;
  const found = isPcapng ? 'a pcapng file' : `magic 0x${magic.toString(16).padStart(8, '0')}`;
  return captureFault(0, found, 'a classic pcap file', isPcapng ? 'editcap -F pcap OLD NEW' : undefined);
}
