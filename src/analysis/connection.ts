// SPDX-License-Identifier: GPL-2.0-only
import { parseIpv4 } from '../pcap/address.ts';
import { type Segment, TcpFlag } from '../pcap/segment.ts';
import type { CellFile } from './cell-file.ts';
import type { MigratedConnection, MigrationEvent } from './events.ts';

/** The followed connection: the migrating endpoint ("node", at the public address) and the peer. Addresses as numbers. */
export interface Endpoints {
  nodeAddress: number;
  nodePort: number;
  peerAddress: number;
  peerPort: number;
}

/** The connection of the first migration event that leads to the peer's port; undefined if there is none. */
export function findEndpoints(
  cell: CellFile,
  migrations: readonly MigrationEvent[],
): (Endpoints & { text: string }) | undefined {
  const connection = migrations.flatMap((event) => event.connections ?? []).find((one) => leadsTo(cell, one));
  if (connection === undefined) return undefined;
  return {
    nodeAddress: parseIpv4(connection.laddr),
    nodePort: connection.lport,
    peerAddress: parseIpv4(connection.raddr),
    peerPort: connection.rport,
    text: `${connection.laddr}:${connection.lport}-${connection.raddr}:${connection.rport}`,
  };
}

export const leadsTo = ({ peer }: CellFile, one: MigratedConnection): boolean =>
  one.raddr === peer.public_address && one.rport === peer.port;

/** Who sent this segment of the followed connection; undefined for a segment of another. */
export function senderOf(segment: Segment, ends: Endpoints): 'node' | 'peer' | undefined {
  const { sourceAddress, sourcePort, destinationAddress, destinationPort } = segment;
  if (sourceAddress === ends.nodeAddress && destinationAddress === ends.peerAddress)
    return sourcePort === ends.nodePort && destinationPort === ends.peerPort ? 'node' : undefined;
  if (sourceAddress === ends.peerAddress && destinationAddress === ends.nodeAddress)
    return sourcePort === ends.peerPort && destinationPort === ends.nodePort ? 'peer' : undefined;
  return undefined;
}

/** A segment that only acknowledges: no payload, and no SYN, FIN or RST. */
export function isPureAck(segment: Segment): boolean {
  const control = TcpFlag.syn | TcpFlag.fin | TcpFlag.rst;
  return segment.payloadLength === 0 && (segment.flags & (control | TcpFlag.ack)) === TcpFlag.ack;
}

/** Window scales as the handshake settled them; RFC 7323 §2.2: both SYNs carry the option or nobody scales. */
export class Handshake {
  private readonly scales: { node?: number; peer?: number } = {};
  private cut = false;

  observe(sender: 'node' | 'peer', segment: Segment): void {
    if ((segment.flags & TcpFlag.syn) === 0) return;
    this.scales[sender] = segment.windowScale;
    this.cut ||= segment.optionsCut;
  }

  /** The shift of the windows that the node advertises; undefined, never a guess, if both SYNs were not captured whole. */
  nodeScale(): number | undefined {
    const { node, peer } = this.scales;
    if (node === undefined || peer === undefined || this.cut) return undefined;
    // RFC 7323 §2.3: a shift above 14 counts as 14.
    return node < 0 || peer < 0 ? 0 : Math.min(node, 14);
  }
}
