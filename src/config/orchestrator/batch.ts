import { z } from 'zod';
import { flag, kinds, list, port, section, text, wanted, word } from './values.ts';

const VIA = word(
  /^(?:[\w.-]+@)?[A-Za-z0-9][\w.-]*(?::\d+)?$/,
  'an ssh destination such as root@head',
);

/** The cluster's own batch system: where it is, and what nodes are told of it. */
export const batchSchema = z.discriminatedUnion(
  'kind',
  [
    section({
      kind: z.literal('gridengine'),
      via: VIA.optional(),
      qmaster: text('the name of the qmaster, as nodes know it'),
      cell: text('the name of a cell').default('default'),
      'qmaster-port': port().optional(),
      'execd-port': port().optional(),
      hostgroup: word(/^@[\w.-]+$/, 'a host group such as @allhosts').optional(),
      queue: text('the name of a queue').default('all.q'),
    }),
    section({
      kind: z.literal('slurm'),
      via: VIA.optional(),
      controller: text('HOST:PORT of a slurmctld').optional(),
      configuration: text('the path of a slurm.conf').optional(),
      features: list(text('a feature'), 'features').default(['dyn']),
      'power-saving': flag().default(false),
      'munge-key': text('the path of a key of munge').default('/etc/munge/munge.key'),
    }),
    section({
      kind: z.literal('replay'),
      file: text('the path of a workload: CSV of VM-MAD, or SWF'),
      slots: z.int(wanted('a number of slots')).min(0, wanted('a number of slots')).default(0),
    }),
    section({
      kind: z.literal('random'),
      slots: z.int(wanted('a number of slots')).min(0, wanted('a number of slots')).default(0),
      seed: z.int(wanted('a whole number')).default(1),
    }),
  ],
  kinds(['gridengine', 'slurm', 'replay', 'random']),
);
