import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { freePort } from '../../src/host/ports.ts';

/** Issues tokens, as WLCG has them, and shows its key by HTTPS. */
export interface TokenIssuer {
  readonly url: string;
  /** Begins to answer. @param directory Of an ARC service, whose certificate of `localhost` it uses. */
  open(directory: string): Promise<void>;
  /** @param lifetime Seconds from now. */
  token(subject: string, lifetime: number): string;
  close(): Promise<void>;
}

const KEY_ID = 'test';

export async function tokenIssuer(): Promise<TokenIssuer> {
  const url = `https://localhost:${await freePort()}`;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' };
  const pages: Readonly<Record<string, unknown>> = {
    '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/jwks` },
    '/jwks': { keys: [key] },
  };
  let server: Server | undefined;
  return {
    url,
    open: async (directory) => {
      const [cert, own] = ['hostcert.pem', 'hostkey.pem'].map((name) =>
        readFileSync(join(directory, name)),
      );
      server = createServer({ cert, key: own }, (request, response) => {
        // ARC asks with the whole address.
        const page = pages[new URL(request.url ?? '', url).pathname];
        response.statusCode = page === undefined ? 404 : 200;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(page ?? {}));
      }).listen(Number(new URL(url).port), '127.0.0.1');
      await once(server, 'listening');
    },
    token: (subject, lifetime) => {
      const now = Math.floor(Date.now() / 1_000);
      const claims = {
        ...{ sub: subject, iss: url, aud: 'https://wlcg.cern.ch/jwt/v1/any', 'wlcg.ver': '1.0' },
        ...{ scope: 'compute.create compute.read compute.modify compute.cancel' },
        ...{ iat: now, nbf: now - 60, exp: now + lifetime },
      };
      const body = [{ alg: 'RS256', typ: 'JWT', kid: KEY_ID }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const signature = sign('RSA-SHA256', Buffer.from(body), privateKey).toString('base64url');
      return `${body}.${signature}`;
    },
    close: async () => {
      server?.closeAllConnections();
      server?.close();
    },
  };
}
