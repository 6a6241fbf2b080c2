import { join } from 'node:path';
import type { ArcRequest } from '../arc-request.ts';
import type { XrslGroup, XrslRelation, XrslValue } from './tree.ts';

/**
 * Who reads it: `rest`, the service itself, which files are put to afterwards; or `client`, the
 * command line of ARC, which takes the files from `sandbox`.
 */
export type XrslReader =
  | { readonly kind: 'rest' }
  | { readonly kind: 'client'; readonly sandbox: string };

/** The two readers differ in units without a name, in `join` and in what they add by themselves: so all is said. */
export function toXrsl(request: ArcRequest, reader: XrslReader): XrslGroup {
  const { inputs, outputs, environment, notify } = request;
  return {
    combine: '&',
    parts: [
      relation('executable', request.executable),
      ...list('executables', executablesOf(request)),
      ...list(
        'inputFiles',
        inputs.map(({ name, url }) => [name, url ?? local(name, reader)]),
      ),
      ...list(
        'outputFiles',
        outputs.map(({ name, url }) => [name, url ?? '']),
      ),
      relation('stdout', request.stdout),
      relation('stderr', request.stderr),
      ...list('environment', Object.entries(environment)),
      relation('jobName', request.name),
      ...given('runTimeEnvironment', request.rte),
      ...given('queue', request.queue),
      relation('count', `${request.count}`),
      relation('memory', `${request.memory}`),
      ...given('disk', request.disk),
      ...given('cpuTime', seconds(request.cpuTime)),
      ...given('wallTime', seconds(request.wallTime)),
      ...given('architecture', request.architecture),
      ...given('notify', notify === undefined ? undefined : `be ${notify}`),
    ],
  };
}

/** One name with `(*` among them, however written, and ARC marks none of them all. */
function executablesOf({ inputs, executable }: ArcRequest): string[] {
  return inputs
    .filter(({ name, isExecutable }) => isExecutable && name !== executable)
    .map(({ name }) => name)
    .filter((name) => !name.includes('(*'));
}

function local(name: string, reader: XrslReader): string {
  return reader.kind === 'client' ? join(reader.sandbox, name) : '';
}

function seconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value} seconds`;
}

function given(attribute: string, value: string | number | undefined): XrslRelation[] {
  return value === undefined ? [] : [relation(attribute, `${value}`)];
}

function list(attribute: string, values: readonly XrslValue[]): XrslRelation[] {
  return values.length === 0 ? [] : [relation(attribute, ...values)];
}

function relation(attribute: string, ...values: readonly XrslValue[]): XrslRelation {
  return { attribute, operator: '=', values };
}
