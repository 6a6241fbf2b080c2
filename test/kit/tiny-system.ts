import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FILES: Readonly<Record<string, string>> = {
  'etc/group': 'root:x:0:\n',
  'etc/nsswitch.conf': 'passwd:         files\ngroup:\tfiles\nshadow: files\nhosts: files dns\n',
  'etc/resolv.conf': "the host's own\n",
  'var/lib/dpkg/status': `Package: tiny
Status: install ok installed
Architecture: all
Version: 1.0
`,
};

/**
 * Makes a directory with a program `mmdebstrap` that delivers a system of a few files at once; as
 * `suite: broken` it fails, and as `suite: endless` it waits for a child that does not end, after it
 * has made a file `busy` in a directory of `$TMPDIR`.
 */
export function fakeMmdebstrap(directory: string): void {
  const tar = join(directory, 'tiny.tar');
  writeTinySystem(tar);
  mkdirSync(directory, { recursive: true });
  const program = join(directory, 'mmdebstrap');
  writeFileSync(
    program,
    `#!/bin/sh
for word; do case $word in
  *.tar|*/result) target=$word ;;
  endless) sleep 600 & : > "$TMPDIR/busy"; wait ;;
  broken) echo "E: Unable to locate package nosuch" >&2; exit 1 ;;
esac; done
exec cp '${tar}' "$target"
`,
  );
  chmodSync(program, 0o755);
}

/** Makes a directory with a program `tar` that does not end, after it has made a file `busy`, too. */
export function endlessTar(directory: string): void {
  mkdirSync(directory);
  const program = join(directory, 'tar');
  writeFileSync(program, '#!/bin/sh\nmkdir "$TMPDIR/tar"\n: > "$TMPDIR/tar/busy"\nsleep 600\n');
  chmodSync(program, 0o755);
}

function writeTinySystem(tar: string): void {
  mkdirSync(dirname(tar), { recursive: true });
  const root = mkdtempSync(join(dirname(tar), 'root-'));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  symlinkSync('/run', join(root, 'var/run'));
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  symlinkSync('usr/bin', join(root, 'bin'));
  const fixed = ['--sort=name', '--mtime=@1000000000', '--owner=0', '--group=0'];
  execFileSync('tar', ['--create', '--file', tar, '--directory', root, ...fixed, '.']);
  rmSync(root, { recursive: true });
}
