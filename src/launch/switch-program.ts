import { fileURLToPath } from 'node:url';

/** Our switch: a static program, so that it runs wherever it is copied to. */
export const SWITCH_PROGRAM = fileURLToPath(
  new URL('../../dist/native/apppot-switch', import.meta.url),
);
