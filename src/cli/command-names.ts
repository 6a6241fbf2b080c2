/** All commands; apart from what runs them, so that one of them alone need not load the others. */
export const COMMAND_NAMES = [
  'bench',
  'cluster',
  'completion',
  'config',
  'console',
  'doctor',
  'exec',
  'explain',
  'image',
  'init',
  'job',
  'jobs',
  'kill',
  'logs',
  'nodes',
  'orchestrate',
  'ps',
  'site',
  'snap',
  'start',
  'stop',
  'submit',
  'switch',
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];
