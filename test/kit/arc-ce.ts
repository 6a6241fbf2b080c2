import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../src/host/ports.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/fixtures/arc-ce.sh');
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** A real A-REX on this machine, run by an ordinary user: by `nobody` where we are root. */
export interface ArcCe {
  readonly url: string;
  readonly directory: string;
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
  /** Makes a proxy of the certificate, as users do. @returns its path. */
  proxy(): Promise<string>;
  /** Ends the service, with all its jobs; it can be started again. */
  halt(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it, and removes all it left. */
  stop(): Promise<void>;
}

/** @param image Base image of its run-time environment. */
export async function startArcCe(image?: string): Promise<ArcCe> {
  const directory = mkdtempSync('/tmp/apppot-ce-');
  chmodSync(directory, 0o755);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(directory, NOBODY, NOBODY);
  const port = String(await freePort());
  const script = (...words: readonly string[]) =>
    promisify(execFile)('bash', [SCRIPT, ...words], {
      cwd: directory,
      env: { PATH, HOME: directory, ...(image !== undefined && { APPPOT_IMAGE: image }) },
      ...(isRoot && { uid: NOBODY, gid: NOBODY }),
    });
  const restart = async (): Promise<void> => void (await script('start', directory, port));
  const halt = async (): Promise<void> => void (await script('stop', directory));
  const stop = async (): Promise<void> => {
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
  const proxy = async (): Promise<string> => {
    const made = join(directory, 'proxy.pem');
    const names = { X509_USER_CERT: certificate, X509_USER_KEY: key, X509_CERT_DIR: authorities };
    await promisify(execFile)('arcproxy', ['-P', made, '-c', 'validityPeriod=12H'], {
      env: { PATH, HOME: directory, ...names },
      ...(isRoot && { uid: NOBODY, gid: NOBODY }),
    });
    // ARC's programs take none of somebody else.
    if (isRoot) chownSync(made, 0, 0);
    return made;
  };
  return {
    url: `https://localhost:${port}/arex`,
    directory,
    ...{ certificate, key, authorities, proxy },
    ...{ halt, restart, stop },
  };
}

const NOBODY = 65_534;
