/**
 * ARC's command line. Its exit status tells little: 0 also when no service answered. So what it prints counts.
 *
 * @module
 */

import type { Seconds } from '../../base/clock.ts';
import type { Machine } from '../../host/machine.ts';
import { GridError } from '../errors.ts';

export interface Said {
  readonly status: number;
  /** Both streams. */
  readonly text: string;
}

export interface Client {
  run(argv: readonly string[], cwd?: string): Promise<Said>;
  /** What is wrong with a service, or with us, when a command could not do its work. */
  fault(verb: string, said: Said): GridError;
}

/** @param env Variables of ARC's programs, such as `X509_USER_PROXY`. */
export function arcClient(
  machine: Machine,
  service: string,
  env: Readonly<Record<string, string>>,
  deadline: Seconds,
): Client {
  return {
    run: async (argv, cwd) => {
      const options = { env, timeout: deadline, ...(cwd !== undefined && { cwd }) };
      const { stdout } = await machine.run(['sh', '-c', MERGE, 'sh', ...argv], options);
      const cut = stdout.trimEnd().lastIndexOf('\n') + 1;
      const status = Number(stdout.slice(cut));
      if (status === 127) throw absent(argv[0] ?? '');
      return { status, text: stdout.slice(0, cut) };
    },
    fault: (verb, { text }) => faultOf(verb, text, service),
  };
}

const MERGE = '"$@" </dev/null 2>&1; printf "\\n%s\\n" $?';

/** Each cause by the words of ARC 6.17 for it; whether a job arrived is known in all cases but the first. */
function faultOf(verb: string, text: string, service: string): GridError {
  const cannot = `Cannot ${verb} "${service}"`;
  const found = (pattern: RegExp): string | undefined =>
    pattern.exec(text)?.groups?.words?.replaceAll(/\s+/g, ' ').trim();
  const untrusted = found(
    /(?<words>[^(\n]*certificate verify failed[^)\n]*|[^(\n]*self-signed certificate[^)\n]*)/i,
  );
  if (untrusted !== undefined) {
    return new GridError(`Cannot trust "${service}": ${untrusted}`, {
      kind: 'conflict',
      code: 'CREDENTIAL_UNTRUSTED',
      hint: 'Name the directory with the certificates of its authority with X509_CERT_DIR.',
    });
  }
  const connection = found(/Failed to establish connection: (?<words>.*)/);
  if (connection !== undefined) {
    return new GridError(`Cannot reach "${service}": ${connection}`, {
      kind: 'remote',
      code: 'TARGET_UNREACHABLE',
      hint: 'Try again later, or another service.',
    });
  }
  if (/Cannot find any proxy|Certificate and key \(.*not found/.test(text)) {
    return new GridError(`${cannot}: ARC's programs find no proxy`, {
      kind: 'missing',
      code: 'CREDENTIAL_MISSING',
      hint: 'Make one with arcproxy, and name it with X509_USER_PROXY where it is not in the usual place.',
    });
  }
  if (/[Pp]roxy (?:has )?expired/.test(text)) {
    return new GridError(`${cannot}: the proxy has expired`, {
      kind: 'conflict',
      code: 'CREDENTIAL_EXPIRED',
      hint: 'Make a new one with arcproxy.',
    });
  }
  const refused = found(
    /(?:Failed to submit all jobs: (?:\d+ )?|(?:parsing error|Invalid JobDescription):\s+)(?<words>[^\n]*)/,
  );
  if (refused !== undefined) {
    return new GridError(`${cannot}: it refuses the job: ${refused}`, {
      kind: 'conflict',
      code: 'JOB_REFUSED',
      hint: 'Change the job, or choose another service. See what is sent with --dry-run.',
    });
  }
  if (/Failed to delegate credentials/.test(text)) {
    return new GridError(`${cannot}: it does not take our credentials`, {
      kind: 'conflict',
      code: 'TARGET_FORBIDDEN',
      hint: 'Ask its administrator to admit the name in your certificate.',
    });
  }
  const last = text.trimEnd().split('\n').at(-1) || 'no reason is given';
  return new GridError(`${cannot}: ${last}`, { kind: 'remote', code: 'TARGET_MALFORMED' });
}

function absent(program: string): GridError {
  return new GridError(`Cannot run "${program}": no such program in PATH`, {
    kind: 'missing',
    code: 'TARGET_MISSING',
    hint: "Install ARC's client, or name a machine that has it with --via user@host.",
  });
}
