import { z } from 'zod';
import { count, duration, flag, kinds, list, section, size, text, wanted, word } from './values.ts';

const guest = {
  image: text('the path of an image of a node recipe'),
  kernel: text('the path of a kernel').optional(),
  memory: size().optional(),
  network: z
    .enum(['auto', 'slirp4netns', 'slirp'], wanted('auto, slirp4netns or slirp'))
    .optional(),
  binds: list(text('HOST:GUEST'), 'directories as HOST:GUEST').optional(),
  confine: z
    .enum(['auto', 'bwrap', 'landlock', 'none'], wanted('auto, bwrap, landlock or none'))
    .optional(),
  'host-loopback': flag().optional(),
  directory: text('the absolute path of a directory for nodes').optional(),
};

/** What guests of a job are, wherever the job runs. */
const job = {
  image: text('the path of an image of a node recipe').optional(),
  memory: size().optional(),
  'wall-time': duration().optional(),
  queue: text('the name of a queue').optional(),
};

/** Where nodes come from. */
export const providerSchema = z.discriminatedUnion(
  'kind',
  [
    section({ kind: z.literal('uml'), ...guest, user: text('a user').optional() }),
    section({
      kind: z.literal('ssh'),
      ...guest,
      hosts: list(
        word(/^(?:[\w.-]+@)?[A-Za-z0-9][\w.-]*(?::\d+)?$/, 'an ssh destination such as root@big'),
        'ssh destinations',
      ).min(1, wanted('at least one ssh destination')),
      'nodes-per-host': count(1).optional(),
    }),
    section({
      kind: z.literal('arc'),
      ...job,
      to: text('the address of an ARC CE'),
      rte: text('the name of a runtime environment').optional(),
      'token-file': text('the path of a token').optional(),
      proxy: text('the path of a proxy').optional(),
      cert: text('the path of a certificate').optional(),
      key: text('the path of a key').optional(),
      'ca-dir': text('the path of a directory').optional(),
    }),
    section({
      kind: z.literal('slurm'),
      ...job,
      via: text('an ssh destination').optional(),
      directory: text('the path of a directory that its nodes see').optional(),
    }),
    section({
      kind: z.literal('gridengine'),
      ...job,
      via: text('an ssh destination').optional(),
      directory: text('the path of a directory that its nodes see').optional(),
    }),
    section({
      kind: z.literal('dummy'),
      'boot-time': duration().optional(),
      faults: flag().optional(),
      seed: z.int(wanted('a whole number')).optional(),
    }),
  ],
  kinds(['uml', 'ssh', 'arc', 'slurm', 'gridengine', 'dummy']),
);
