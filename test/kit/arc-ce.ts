import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../src/host/ports.ts';
import { afterOurEnd } from './after-our-end.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/fixtures/arc-ce.sh');
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** A real A-REX on this machine, run by an ordinary user: by `nobody` where we are root. */
export interface ArcCe {
  readonly url: string;
  readonly directory: string;
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
  /** Makes a proxy of the certificate, as users do. @param lifetime As arcproxy(1) has it. @returns its path. */
  proxy(lifetime?: string): Promise<string>;
  /** Runs a program as its administrator does. */
  run(argv: readonly string[]): void;
  /** Ends the service, with all its jobs; it can be started again. */
  halt(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it, and removes all it left. */
  stop(): Promise<void>;
}

interface Wish {
  /**
   * Run by root, which must be us, with jobs of `nobody`: only then it asks who may use it, and takes tokens of
   * the user `ada` from this issuer. Default: run by `nobody` where we are root, as it was installed by a user.
   */
  readonly issuer?: string;
  /** Words that come before its own programs, such as those of nsenter(1): for root only. */
  readonly front?: readonly string[];
}

/** @param image Base image of its run-time environment. */
export async function startArcCe(
  image?: string,
  { issuer, front = [] }: Wish = {},
): Promise<ArcCe> {
  const directory = mkdtempSync('/tmp/apppot-ce-');
  chmodSync(directory, 0o755);
  const isRoot = process.getuid?.() === 0 && issuer === undefined;
  if (isRoot) chownSync(directory, NOBODY, NOBODY);
  const port = String(await freePort());
  const env = {
    ...{ PATH, HOME: directory },
    ...(image !== undefined && { APPPOT_IMAGE: image }),
    ...(issuer !== undefined && { ISSUER: issuer, GRIDUSER: 'nobody' }),
  };
  const before = [
    ...front,
    ...(isRoot ? AS_NOBODY : []),
    ...(issuer === undefined ? [] : ['unshare', '--mount', 'sh', '-c', TRUSTING]),
  ];
  const words = (verb: string) => [...before, 'bash', SCRIPT, verb, directory];
  const script = (verb: string, ...more: readonly string[]) => {
    const [program = '', ...args] = [...words(verb), ...more];
    return promisify(execFile)(program, args, { cwd: directory, env });
  };
  const callOff = afterOurEnd(words('stop'));
  const restart = async (): Promise<void> => void (await script('start', port));
  const halt = async (): Promise<void> => void (await script('stop'));
  const stop = async (): Promise<void> => {
    callOff();
    await halt();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await restart();
  } catch (error) {
    await stop();
    throw error;
  }
  const [certificate, key, authorities] = ['usercert.pem', 'userkey.pem', 'ca'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  const proxy = async (lifetime = 'validityPeriod=12H'): Promise<string> => {
    const made = join(mkdtempSync(join(directory, 'proxy-')), 'proxy.pem');
    if (isRoot) chownSync(dirname(made), NOBODY, NOBODY);
    const names = { X509_USER_CERT: certificate, X509_USER_KEY: key, X509_CERT_DIR: authorities };
    await promisify(execFile)('arcproxy', ['-P', made, '-c', lifetime], {
      env: { PATH, HOME: directory, ...names },
      ...(isRoot && { uid: NOBODY, gid: NOBODY }),
    });
    // ARC's programs take none of somebody else.
    if (process.getuid?.() === 0) chownSync(made, 0, 0);
    return made;
  };
  return {
    url: `https://localhost:${port}/arex`,
    directory,
    ...{ certificate, key, authorities, proxy },
    run: ([program = '', ...args]) =>
      void execFileSync(program, args, {
        ...{ env, stdio: 'pipe' },
        ...(isRoot && { uid: NOBODY, gid: NOBODY }),
      }),
    ...{ halt, restart, stop },
  };
}

const NOBODY = 65_534;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];

/** It trusts issuers of tokens by this directory of the machine, whatever else is configured. */
const TRUSTING = `set -e
mkdir -p ca
mount --bind ca /etc/grid-security/certificates
exec "$0" "$@"`;
