import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory to make filesystem images in, removed by `end`. */
export interface ImageLab {
  readonly directory: string;
  path(name: string): string;
  /** Makes an image of `size`, holding the directory `from` when given. */
  mke2fs(name: string, options: readonly string[], size?: string, from?: string): string;
  /** Runs debugfs commands that write; throws when one complains. */
  debugfs(image: string, commands: readonly string[]): void;
  /** Likewise, but passes over commands that cannot be done. */
  tryDebugfs(image: string, commands: readonly string[]): void;
  /** What one debugfs command prints. */
  ask(image: string, command: string): string;
  /** Writes files, by path below a new directory. */
  files(name: string, files: Readonly<Record<string, string | Uint8Array>>): string;
  end(): void;
}

const QUIET = { stdio: 'pipe', encoding: 'latin1' } as const;

export function imageLab(): ImageLab {
  const directory = mkdtempSync(join(tmpdir(), 'apppot-image-'));
  const path = (name: string): string => join(directory, name);
  return {
    directory,
    path,
    mke2fs: (name, options, size = '8M', from) => {
      writeFileSync(path(name), '');
      truncateSync(path(name), 0);
      const source = from === undefined ? [] : ['-d', from];
      execFileSync('/sbin/mke2fs', ['-q', '-F', ...options, ...source, path(name), size], QUIET);
      return path(name);
    },
    debugfs: (image, commands) => {
      const complaints = runDebugfs(path('commands'), image, commands);
      if (complaints.length > 0) throw new Error(`debugfs: ${complaints.join('\n')}`);
    },
    tryDebugfs: (image, commands) => {
      runDebugfs(path('commands'), image, commands);
    },
    ask: (image, command) => execFileSync('/sbin/debugfs', ['-R', command, image], QUIET),
    files: (name, files) => {
      for (const [file, content] of Object.entries(files)) {
        const target = join(path(name), file);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, content);
      }
      mkdirSync(path(name), { recursive: true });
      return path(name);
    },
    end: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** debugfs ends with 0 whatever happens; what it says besides its prompts is a complaint. */
function runDebugfs(script: string, image: string, commands: readonly string[]): string[] {
  writeFileSync(script, `${commands.join('\n')}\n`, 'latin1');
  const { stdout, stderr } = spawnSync('/sbin/debugfs', ['-w', '-f', script, image], QUIET);
  return `${stdout}${stderr}`
    .split('\n')
    .filter((line) => !/^(debugfs[ :].*|Allocated inode: \d+|Setting csum v[23]|)$/.test(line));
}
