import { type Audit, type AuditedPlaces, audit, type Leak } from '../../orchestrator/audit.ts';
import { endLeaks } from '../../orchestrator/end-leaks.ts';
import { openAll } from '../../orchestrator/from-config/open.ts';
import type { Deps } from '../deps.ts';
import { renderRows } from '../table.ts';
import { controllerIn } from './controller.ts';
import { type FileFlags, openFile } from './file.ts';
import { placeOf } from './place.ts';
import { findStore } from './store.ts';

type AuditFlags = FileFlags & { readonly arm: boolean; readonly json?: boolean };

const FOUND = 1;

/** Looks for what is left of nodes; the store may be lost. */
export async function auditNodes(flags: AuditFlags, deps: Deps): Promise<void> {
  const version = await openFile(flags.config, deps);
  const { settings } = version;
  const opened = await openAll(settings, placeOf(deps));
  const store = await findStore(settings);
  const controller = store?.controller ?? (await controllerIn(settings.state));
  const places: AuditedPlaces = {
    providers: opened.pools.map(({ provider }) => provider),
    batch: opened.batch,
    seats: settings.seats.seats.map(({ host }) => host),
    ...(opened.vpn !== undefined && { vpn: opened.vpn }),
    ...(store !== undefined && { store }),
    ...(controller !== undefined && { controller }),
  };
  try {
    const found = await audit(places);
    const ended = flags.arm ? await endLeaks(found.leaks, places) : undefined;
    deps.output(flags.json).result({ ...found, ...(ended && { ended }) }, render(found, ended));
    if (found.leaks.length > (ended?.done.length ?? 0) || found.troubles.length > 0) {
      deps.setStatus(FOUND);
    }
  } finally {
    store?.close();
    await opened.close();
    await version.close();
  }
}

interface Ended {
  readonly done: readonly Leak[];
  readonly failed: readonly string[];
}

function render({ leaks, known, foreign, troubles }: Audit, ended: Ended | undefined): string {
  const rows = leaks.map(({ kind, where, id, why }) => [kind, where, id, why]);
  return [
    ...(rows.length > 0 ? [renderRows([['KIND', 'WHERE', 'ID', 'WHY'], ...rows])] : []),
    ...troubles.map((text) => `not looked at: ${text}`),
    ...(ended?.failed ?? []).map((text) => `not ended: ${text}`),
    `${leaks.length} leaks; ${known} instances of nodes, ${foreign} of others`,
    ...(ended === undefined ? [] : [`${ended.done.length} ended`]),
  ].join('\n');
}
