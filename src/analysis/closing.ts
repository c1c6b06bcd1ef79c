// SPDX-License-Identifier: GPL-2.0-only
import { type Segment, TcpFlag } from '../pcap/segment.ts';

type Sender = 'node' | 'peer';

/**
 * Tells when a connection is over: each side's FIN has been acknowledged by the other (RFC 9293, 3.6). An endpoint that is
 * gone by then answers what is still on the wire, a FIN sent twice for instance, with a RST that resets nothing.
 */
export class Closing {
  private readonly finEnds: Record<Sender, number | undefined> = { node: undefined, peer: undefined };
  private readonly acknowledged: Record<Sender, boolean> = { node: false, peer: false };

  observe(segment: Segment, sender: Sender): void {
    if (segment.flags & TcpFlag.fin) this.finEnds[sender] = (segment.seq + segment.payloadLength + 1) >>> 0;
    const other = sender === 'node' ? 'peer' : 'node';
    const end = this.finEnds[other];
    if (end !== undefined && segment.flags & TcpFlag.ack && ((segment.ack - end) | 0) >= 0)
      this.acknowledged[other] = true;
  }

  get isOver(): boolean {
    return this.acknowledged.node && this.acknowledged.peer;
  }
}
