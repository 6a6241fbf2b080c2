import { ConfigError } from '../../config/errors.ts';
import { usableParts } from '../../config/orchestrator/usable.ts';
import { type Opened, openAll } from '../../orchestrator/from-config/open.ts';
import type { Deps } from '../deps.ts';
import { openFile } from './file.ts';
import { placeOf } from './place.ts';

interface Finding {
  /** What it is about: the batch system, a provider, the VPN. */
  readonly of: string;
  readonly text: string;
}

/** Findings are no failure of ours: the status tells of them. */
const FOUND = 1;

/**
 * @throws {ConfigError | PolicyError} when the file itself is wrong; what is right of it is asked all the same, and the
 *   message tells of that, too.
 */
export async function checkOrchestratorFile(
  path: string,
  { json }: { readonly json?: boolean },
  deps: Deps,
): Promise<void> {
  const version = await openFile(path, deps).catch((error) => failWithAll(error, path, deps));
  try {
    const opened = await openAll(version.settings, placeOf(deps));
    const findings = await ask(opened).finally(() => opened.close());
    const pools = opened.pools.map(({ pool }) => pool.name);
    const lines = findings.map(({ of, text }) => `${of}: ${text}`);
    const summary = `${path}: no mistakes; ${pools.length} pools, policies ${version.id}`;
    const text = [summary, ...(lines.length > 0 ? lines : ['nothing to put right'])].join('\n');
    deps.output(json).result({ file: path, policy: version.id, pools, findings }, text);
    if (findings.length > 0) deps.setStatus(FOUND);
  } finally {
    await version.close();
  }
}

async function failWithAll(error: unknown, path: string, deps: Deps): Promise<never> {
  if (!(error instanceof ConfigError) || error.code !== 'FILE_MALFORMED') throw error;
  const usable = await usableParts(path);
  if (usable === undefined) throw error;
  const opened = await openAll(usable.config, placeOf(deps));
  const findings = await ask(onlySaid(opened, usable.standIns)).finally(() => opened.close());
  const lines = findings.map(({ of, text }) => `\n  ${of}: ${text}`);
  throw new ConfigError(`${error.message}${lines.join('')}`, {
    kind: error.kind,
    code: error.code,
  });
}

interface Asked extends Pick<Opened, 'pools' | 'vpn'> {
  readonly batch?: Opened['batch'];
}

/** The VPN depends on seats and machines: it is not asked when those are wrong. */
function onlySaid({ batch, pools, vpn }: Opened, standIns: ReadonlySet<string>): Asked {
  const isPlaced = !standIns.has('seats') && !standIns.has('machines');
  return {
    ...(!standIns.has('batch') && { batch }),
    pools: standIns.has('pools') ? [] : pools,
    ...(vpn !== undefined && isPlaced && { vpn }),
  };
}

/** All of them at once: one that does not answer holds up none of the others. */
async function ask({ batch, pools, vpn }: Asked): Promise<readonly Finding[]> {
  const asked = [
    ...(batch === undefined ? [] : [{ of: batch.name, check: () => batch.check() }]),
    ...pools.map(({ pool, provider }) => ({
      of: `pool ${pool.name}`,
      check: () => provider.check(),
    })),
    ...(vpn === undefined ? [] : [{ of: vpn.name, check: () => vpn.check() }]),
  ];
  const all = await Promise.all(
    asked.map(async ({ of, check }) => {
      const texts = await check().catch((error: unknown) => [wordsOf(error)]);
      return texts.map((text): Finding => ({ of, text }));
    }),
  );
  return all.flat();
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
