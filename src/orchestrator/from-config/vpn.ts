import { join } from 'node:path';
import { parseNetwork } from '../../config/orchestrator/address.ts';
import type { OrchestratorConfig } from '../../config/orchestrator/schema.ts';
import { type OpenVpn, openVpn as openOpenVpn } from '../../vpn/openvpn.ts';
import type { Place } from './place.ts';

type Wanted = Pick<OrchestratorConfig, 'vpn' | 'seats' | 'state'>;

/** @returns undefined when nodes are in the cluster's own network. */
export function openVpn(
  { vpn, seats, state }: Wanted,
  { host, clock }: Place,
): OpenVpn | undefined {
  if (vpn.kind === 'none') return undefined;
  const { server, port, protocol, serverName, site } = vpn;
  const { mask = '', address: network = '' } = parseNetwork(seats.network) ?? {};
  return openOpenVpn({
    ...{ host, mask, now: clock.now, directory: join(state, 'vpn') },
    remote: { server, port, protocol, ...(serverName !== undefined && { serverName }) },
    server:
      site === undefined
        ? { kind: 'own', address: vpn.listen, port, network, device: vpn.device }
        : { kind: 'site', paths: pathsOf(site) },
  });
}

type Site = NonNullable<Extract<OrchestratorConfig['vpn'], { readonly kind: 'openvpn' }>['site']>;

function pathsOf({ clients, status, revoked, management }: Site) {
  return { clients, status, revoked, ...(management !== undefined && { management }) };
}
