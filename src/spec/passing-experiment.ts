// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { timeout, title, topologyName } from './experiment.ts';

export const passingExperimentSchema = z
  .strictObject({
    title,
    topology: topologyName,
    engine: z
      .literal('tcpcp')
      .describe("A server's connections are passed singly, without their process, while its others stay."),
    timeout_s: timeout,
    cells: z
      .array(
        z.strictObject({
          connections: z
            .int()
            .min(6)
            .max(500)
            .describe("Of all servers together; the cluster's rule shares them among the nodes."),
          passes: z
            .int()
            .min(1)
            .max(1000)
            .describe(
              'In turn from each node: one that is there since its handshake, then one that was passed to it.',
            ),
          rate_mb_s: z.number().min(0.01).max(100).describe('Of each connection, in each direction, MB/s.'),
        }),
      )
      .min(1)
      .describe('Each is one boot of the lab.'),
  })
  .meta({
    title: 'passing experiment',
    description: 'Connections of a server are passed from node to node (docs/passing.md).',
  });
export type PassingExperiment = z.infer<typeof passingExperimentSchema>;
