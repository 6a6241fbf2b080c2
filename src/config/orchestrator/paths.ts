import { resolve } from 'node:path';
import type { BatchConfig, OrchestratorConfig, ProviderConfig, VpnConfig } from './schema.ts';

/** Settings that are paths of this machine. */
const PATHS: ReadonlySet<string> = new Set([
  ...['image', 'kernel', 'directory', 'tokenFile', 'proxy', 'cert', 'key', 'caDir'],
  ...['file', 'configuration', 'mungeKey', 'passwd', 'group'],
  ...['clients', 'status', 'revoked', 'management'],
]);

/** Relative paths are seen from the directory of the file. What is on another machine is left as it is. */
export function resolvePaths(config: OrchestratorConfig, directory: string): OrchestratorConfig {
  const here = <T extends object>(section: T): T => resolved(section, directory);
  return {
    ...config,
    state: resolve(directory, config.state),
    batch: elsewhere(config.batch) ? config.batch : here<BatchConfig>(config.batch),
    pools: config.pools.map((pool) => ({
      ...pool,
      provider: elsewhere(pool.provider) ? pool.provider : here<ProviderConfig>(pool.provider),
    })),
    vpn: inVpn(config.vpn, here),
    ...(config.accounts !== undefined && { accounts: here(config.accounts) }),
  };
}

function elsewhere(section: object): boolean {
  return 'via' in section || ('kind' in section && section.kind === 'ssh');
}

function inVpn(vpn: VpnConfig, here: <T extends object>(section: T) => T): VpnConfig {
  if (vpn.kind === 'none' || vpn.site === undefined) return vpn;
  return { ...vpn, site: here(vpn.site) };
}

function resolved<T extends object>(section: T, directory: string): T {
  const entries = Object.entries(section).map(([name, value]: [string, unknown]) => {
    if (typeof value === 'string' && PATHS.has(name)) return [name, resolve(directory, value)];
    const isBinds = name === 'binds' && Array.isArray(value);
    return [name, isBinds ? value.map((bind) => bound(String(bind), directory)) : value];
  });
  return Object.fromEntries(entries) as T;
}

/** Of `HOST:GUEST` the first part. */
function bound(bind: string, directory: string): string {
  const [host = '', ...guest] = bind.split(':');
  return [resolve(directory, host), ...guest].join(':');
}
