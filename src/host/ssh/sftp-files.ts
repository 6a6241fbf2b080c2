/**
 * Files of another machine, by SFTP version 3 with OpenSSH's renaming.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { SFTPWrapper } from 'ssh2';
import type { Files } from '../files.ts';
import { HostError } from '../host.ts';
import type { Done } from './ask.ts';

/** @param open Gives the channel, which is opened when it is needed. */
export function sftpFiles(
  open: () => Promise<SFTPWrapper>,
  run: (argv: readonly string[]) => Promise<unknown>,
  name: string,
): Files {
  const call = async <T>(path: string, verb: string, ask: Ask<T>): Promise<T> => {
    const sftp = await open();
    return new Promise((resolve, reject) => {
      ask(sftp, (error, value) => {
        if (error) reject(fault(error, verb, path, name));
        else resolve(value as T);
      });
    });
  };
  const exists = async (path: string): Promise<boolean> =>
    (await call(path, 'look at', (sftp, done) => sftp.stat(path, done)).catch(ifMissing)) !==
    undefined;
  const make = async (path: string): Promise<void> => {
    if (await exists(path)) return;
    if (dirname(path) !== path) await make(dirname(path));
    await call(path, 'make', (sftp, done) => sftp.mkdir(path, { mode: 0o700 }, done)).catch(
      async (error: unknown) => {
        if (!(await exists(path))) throw error;
      },
    );
  };
  const read = async (path: string): Promise<Readable | undefined> => {
    const handle = await call<Buffer>(path, 'read', (sftp, done) =>
      sftp.open(path, 'r', done),
    ).catch(ifMissing);
    if (handle === undefined) return undefined;
    const body = (await open()).createReadStream(path, { handle, autoClose: true } as object);
    // It closes its file after its end: a connection that is closed first would be an error that nobody hears.
    body.on('error', () => undefined);
    return body;
  };
  const copyIn = async (local: string, to: string): Promise<void> => {
    const { mode } = await stat(local);
    const entries = await readdir(local);
    await call(to, 'make', (sftp, done) => sftp.mkdir(to, { mode: mode & 0o777 }, done));
    for (const entry of entries) {
      const [from, path] = [join(local, entry), join(to, entry)];
      const found = await stat(from);
      if (found.isDirectory()) await copyIn(from, path);
      else {
        const how = { mode: found.mode & 0o777 };
        await call(path, 'write', (sftp, done) => sftp.fastPut(from, path, how, done));
      }
    }
  };
  return {
    list: async (path) => {
      const found = await call<readonly Row[]>(path, 'list', (sftp, done) =>
        sftp.readdir(path, done as Done<unknown>),
      ).catch(ifMissing);
      return found?.map(({ filename, attrs }) => ({
        name: filename,
        isDirectory: (attrs.mode & TYPE) === DIRECTORY,
      }));
    },
    readText: async (path) => {
      const body = await read(path);
      return body === undefined ? undefined : text(body);
    },
    read,
    writeText: async (path, content, mode) => {
      const fresh = `${path}.${randomBytes(6).toString('hex')}.tmp`;
      await call(path, 'write', (sftp, done) => sftp.writeFile(fresh, content, { mode }, done));
      await call(path, 'write', (sftp, done) => sftp.ext_openssh_rename(fresh, path, done));
    },
    makeDirectory: make,
    copyIn,
    move: async (from, to) => {
      try {
        await call(from, 'move', (sftp, done) => sftp.rename(from, to, done));
        return true;
      } catch (error) {
        if ((await exists(from)) && !(await exists(to))) throw error;
        return false;
      }
    },
    remove: async (path) => void (await run(['rm', '-rf', '--', path])),
  };
}

type Ask<T> = (sftp: SFTPWrapper, done: Done<T>) => void;

interface Row {
  readonly filename: string;
  readonly attrs: { readonly mode: number };
}

/** The type in a file's mode: inode(7). */
const TYPE = 0o170000;
const DIRECTORY = 0o040000;

/** `SSH_FX_NO_SUCH_FILE`. Source: draft-ietf-secsh-filexfer-02, section 7. */
const NO_SUCH_FILE = 2;

class Missing extends HostError {}

function ifMissing(error: unknown): undefined {
  if (!(error instanceof Missing)) throw error;
}

function fault(error: Error, verb: string, path: string, name: string): HostError {
  const code = 'code' in error ? error.code : undefined;
  const Fault = code === NO_SUCH_FILE ? Missing : HostError;
  const isAnswer = typeof code === 'number';
  return new Fault(
    `Cannot ${verb} "${path}" on "${name}": ${code === NO_SUCH_FILE ? 'there is no such file' : error.message}`,
    {
      kind: isAnswer ? 'conflict' : 'remote',
      code: isAnswer ? 'FILE_UNWRITABLE' : 'HOST_UNREACHABLE',
      cause: error,
    },
  );
}
