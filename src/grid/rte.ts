/**
 * ARC's run-time environments: a file of shell that a job script calls with 0 on the service, 1 on
 * the worker before the job, and 2 after it. Source: ARC's "RunTime Environments in ARC6".
 *
 * @module
 */

import { quote } from '../launch/shell.ts';
import { SandboxError } from './sandbox-error.ts';

/** What a site offers to guests; paths are those of its workers. */
export interface RunTimeEnvironment {
  /** As jobs ask for it, such as `APPS/BIO/APPPOT-1.0`. */
  readonly name: string;
  readonly image: string;
  /** Digest of the image's base, where known. */
  readonly base?: string;
  readonly kernel?: string;
  readonly slirp?: string;
}

interface Parameter {
  readonly name: string;
  readonly kind: string;
  readonly value: string;
  readonly text: string;
}

/**
 * @returns the file; the administrator may change its values by `arcctl rte params-set`.
 * @throws {SandboxError} `RTE_MALFORMED`
 */
export function renderRte(rte: RunTimeEnvironment): string {
  checkName(rte.name);
  const parameters = parametersOf(rte);
  for (const parameter of parameters) checkValue(parameter);
  const names = parameters.map(({ name }) => name);
  return [
    `# description: guests of AppPot from the base image ${rte.image}`,
    ...parameters.map(({ name, kind, value, text }) => `# param:${name}:${kind}:${value}:${text}`),
    '',
    ...parameters.map(({ name, value }) => `[ -n "\${${name}-}" ] || ${name}=${quote(value)}`),
    `APPPOT_BASE=${rte.base ?? ''}`,
    '',
    'if [ "$1" = 1 ]; then',
    `  export ${[...names, 'APPPOT_BASE'].join(' ')}`,
    'fi',
    '',
  ].join('\n');
}

function parametersOf({ image, kernel = '', slirp = '' }: RunTimeEnvironment): Parameter[] {
  const string = (name: string, value: string, text: string): Parameter => {
    return { name, kind: 'string', value, text };
  };
  return [
    string('APPPOT_IMAGE', image, 'base image, readable on every worker'),
    string('APPPOT_KERNEL', kernel, 'kernel program; empty is linux of the PATH'),
    string('APPPOT_SLIRP', slirp, 'slirp4netns or slirp; empty is that of the PATH'),
    {
      name: 'APPPOT_CONFINE',
      kind: 'auto,none',
      value: 'auto',
      text: 'none lets guests run without bwrap',
    },
  ];
}

function checkName(name: string): void {
  if (/^[\w+-][\w.+-]*(?:\/[\w+-][\w.+-]*)*$/.test(name)) return;
  throw new SandboxError(`Cannot name a run-time environment "${name}"`, {
    kind: 'usage',
    code: 'RTE_MALFORMED',
    hint: 'Use letters, digits, dots, dashes and slashes: --name APPS/BIO/APPPOT-1.0',
  });
}

/** ARC ends a value at a colon, and pastes it between double quotes as it is. */
function checkValue({ name, value }: Parameter): void {
  if (
    !/[:\n"$`\\]/.test(value) &&
    (value === '' || value.startsWith('/') || !name.endsWith('IMAGE'))
  ) {
    return;
  }
  throw new SandboxError(`Cannot set ${name} to "${value}" in a run-time environment`, {
    kind: 'usage',
    code: 'RTE_MALFORMED',
    hint: 'Give the absolute path that the workers have, without colons, quotes and $.',
  });
}
