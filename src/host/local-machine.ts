import type { Host } from './host.ts';
import { localFiles } from './local-files.ts';
import type { Machine } from './machine.ts';

/** This machine. @param home The user's home directory. */
export function localMachine(host: Host, home: string): Machine {
  return {
    name: host.name,
    run: (argv, options) => host.run(argv, options),
    stream: (argv, options) => host.stream(argv, options),
    files: localFiles,
    home: async () => home,
    close: async () => undefined,
  };
}
