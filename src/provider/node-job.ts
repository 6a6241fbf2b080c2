import type { Seconds } from '../base/clock.ts';
import type { Bytes } from '../base/units.ts';
import type { ImageChoice, JobDescription } from '../grid/description.ts';
import { AGENT, TOLD } from './guest-provider.ts';

/** What a job that is a node has of its own. */
export interface NodeJob {
  readonly image: ImageChoice;
  readonly memory: Bytes;
  /** What the job asks for; it should be longer than a node lives. */
  readonly wallTime?: Seconds;
  readonly queue?: string;
  /** Where its machine keeps the homes of job users, and more, in the guest: both absolute. */
  readonly binds?: readonly { readonly host: string; readonly guest: string }[];
}

/** A job whose guest is a node: `node/` of its directory tells the agent what to do. */
export function nodeJob({ image, memory, wallTime, queue, binds = [] }: NodeJob): JobDescription {
  return {
    name: 'node',
    image,
    command: [AGENT, TOLD],
    asRoot: true,
    environment: {},
    inputs: [],
    outputs: [],
    binds: [
      { host: 'node', guest: TOLD, isReadOnly: false },
      ...binds.map((bind) => ({ ...bind, isReadOnly: false })),
    ],
    stdout: 'node.out',
    stderr: 'node.err',
    resources: { memory, count: 1, ...(wallTime !== undefined && { wallTime }) },
    ...(queue !== undefined && { queue }),
  };
}
