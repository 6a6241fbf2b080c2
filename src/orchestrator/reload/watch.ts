import { watch } from 'chokidar';

/** A file is written in several steps: it is read when nothing has happened to it for so long. */
const SETTLED_MS = 200;

export interface Watch {
  close(): Promise<void>;
}

/** Calls when one of the files is written, replaced or comes back. */
export async function watchFiles(files: readonly string[], onChange: () => void): Promise<Watch> {
  const watcher = watch([...files], {
    ...{ ignoreInitial: true, atomic: true, persistent: false },
    awaitWriteFinish: { stabilityThreshold: SETTLED_MS, pollInterval: SETTLED_MS / 4 },
  });
  watcher.on('add', onChange).on('change', onChange);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return { close: () => watcher.close() };
}
