/**
 * Nodes that are guests of one machine, this one or one reached by ssh: each is a directory there, and a script that
 * outlives us. What is done there is a shell script, `image/host/node.sh`, that is read from stdin: no secret is among
 * the words of a program.
 *
 * @module
 */

import type { Seconds } from '../base/clock.ts';
import type { Bytes } from '../base/units.ts';
import type { Host } from '../host/host.ts';
import { hostPart } from '../launch/script.ts';
import { printText, quote, renderFunction } from '../launch/shell.ts';
import { type Instance, type Order, PROVIDER_DEADLINE } from './provider.ts';
import { parseTags, renderTags } from './tags.ts';

export interface GuestPlaceOptions {
  readonly host: Host;
  /** Absolute path of a directory for nodes, private to us; made when missing. */
  readonly base: string;
  /** `$TMPDIR` of guests. */
  readonly temporary: string;
  /** `UID:GID` of guests' processes; undefined: ours. Only root can choose. */
  readonly user?: string;
  /** Most nodes at once; 0: as many as there is memory for. */
  readonly most: number;
  readonly memory: Bytes;
}

export interface GuestPlace {
  /** Where the job directory of a node is. */
  jobdir(name: string): string;
  /**
   * Again does no harm.
   *
   * @param start The script that starts the guest, in its job directory.
   * @param files Of the job directory.
   * @returns why there is no room, when there is none.
   */
  create(
    order: Order,
    start: string,
    files: ReadonlyMap<string, string>,
    signal?: AbortSignal,
  ): Promise<string | undefined>;
  list(
    signal?: AbortSignal,
  ): Promise<{ readonly instances: readonly Instance[]; readonly complete: boolean }>;
  /** @returns whether it goes on, for it runs a job. */
  end(name: string, force: boolean, signal?: AbortSignal): Promise<boolean>;
}

/** A guest that was asked to end may take so long before it is killed. */
const LEAVE: Seconds = 20;

const MIB = 2 ** 20;

export function guestPlace(options: GuestPlaceOptions): GuestPlace {
  const { host, base, temporary, user = '', most, memory } = options;
  const run = async (calls: readonly string[], signal?: AbortSignal): Promise<string> => {
    const input = [
      'set -u; umask 077',
      `base=${quote(base)} temporary=${quote(temporary)}`,
      ...['instance.sh', 'node.sh'].map(hostPart),
      ...calls,
      '',
    ].join('\n');
    const limits = { timeout: PROVIDER_DEADLINE, ...(signal && { signal }) };
    return (await host.run(['sh', '-s'], { input, ...limits })).stdout;
  };
  const jobdir = (name: string): string => `${base}/${name}/job`;
  return {
    jobdir,
    create: async (order, start, files, signal) => {
      const fill = renderFunction('fill_node', fillLines(order, start, files));
      const words = [quote(order.name), quote(user), most, Math.ceil(memory / MIB)];
      const said = await run([fill, `create_node ${words.join(' ')}`], signal);
      return /^full (?<reason>.*)$/m.exec(said)?.groups?.reason;
    },
    list: async (signal) => parseList(await run(['list_nodes'], signal)),
    end: async (name, force, signal) => {
      const words = [quote(name), LEAVE, force ? 1 : "''"];
      return (await run([`end_node ${words.join(' ')}`], signal)).includes('vetoed');
    },
  };
}

function fillLines(order: Order, start: string, files: ReadonlyMap<string, string>): string[] {
  // A shell passes over bytes of NUL in what it reads: they end the words of a command.
  const write = (path: string, text: string): string =>
    ['{', ':', ...printText(text), `} >${quote(path)}`].join('\n');
  const directories = [...files.keys()].map((name) => `job/${name}`.replace(/\/[^/]*$/, ''));
  return [
    ...[...new Set(['job/node', ...directories])].map((path) => `mkdir -p ${quote(path)}`),
    ...[...files].map(([name, text]) => write(`job/${name}`, text)),
    ...[...order.files].map(([name, { contents }]) => write(`job/node/${name}`, contents)),
    write('tags', `${renderTags(order.tags)}\n`),
    write('start', start),
  ];
}

/** Its last line is `end`: what was cut off proves nothing. */
function parseList(text: string): {
  readonly instances: readonly Instance[];
  readonly complete: boolean;
} {
  const lines = text.split('\n').filter(Boolean);
  const instances = lines.flatMap((line): Instance[] => {
    const [id = '', state = '', words = ''] = line.split('\t');
    if (!isState(state)) return [];
    const tags = parseTags(words);
    return [{ id, state, name: id, ...(tags !== undefined && { tags }) }];
  });
  return { instances, complete: lines.at(-1) === 'end' && instances.length === lines.length - 1 };
}

function isState(word: string): word is Instance['state'] {
  return word === 'starting' || word === 'running' || word === 'ending';
}
