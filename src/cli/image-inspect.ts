import { readRecord, verifyImage } from '../image/record.ts';
import { renderImage } from '../image/render.ts';
import type { Deps } from './deps.ts';

interface Options {
  readonly json?: boolean;
  readonly verify?: boolean;
}

/** @throws {ImageError} `RECORD_MISSING`, `RECORD_MALFORMED`, `DIGEST_MISMATCH` */
export async function imageInspect(path: string, options: Options, deps: Deps): Promise<void> {
  const record = await readRecord(path);
  if (options.verify === true) await verifyImage(path, record);
  const verified = options.verify === true ? '\nverified  the digest is right' : '';
  deps.output(options.json).result(record, `${renderImage(path, record)}${verified}`);
}
