// SPDX-License-Identifier: GPL-2.0-only
import { z } from 'zod';
import { topologyName } from './experiment.ts';

/** Connections of a server, passed singly from node to node without their process, while its others stay. */
export const passingExperimentSchema = z.strictObject({
  title: z.string().min(1),
  topology: topologyName,
  engine: z.literal('tcpcp'),
  /** A cell that takes longer is given up. */
  timeout_s: z.number().min(10).max(86_400),
  cells: z
    .array(
      z.strictObject({
        /** Of all servers together; the cluster's rule shares them among the nodes. */
        connections: z.int().min(6).max(500),
        /** In turn from each node: one that is there since its handshake, then one that was passed to it. */
        passes: z.int().min(1).max(1000),
        /** Of each connection, in each direction. */
        rate_mb_s: z.number().min(0.01).max(100),
      }),
    )
    .min(1),
});
export type PassingExperiment = z.infer<typeof passingExperimentSchema>;
