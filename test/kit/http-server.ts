import type { Host } from '../../src/host/host.ts';

/** A web server of a few words, on the loopback of whatever machine it runs on. */
export interface WebServer {
  /** Any path below it gives `from afar: PATH`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** ARC asks for its properties first, and names files by whole addresses. */
const SERVER = `require('node:http').createServer(({ method, url }, answer) => {
  const text = 'from afar: ' + new URL(url, 'http://x').pathname + '\\n';
  if (method !== 'GET' && method !== 'HEAD') return answer.writeHead(405).end();
  answer.writeHead(200, { 'content-length': Buffer.byteLength(text) });
  answer.end(method === 'HEAD' ? '' : text);
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

export async function startWebServer(host: Host): Promise<WebServer> {
  const said = host.stream([process.execPath, '-e', SERVER])[Symbol.asyncIterator]();
  const { value } = await said.next();
  return {
    url: `http://127.0.0.1:${String(value).trim()}`,
    stop: async () => void (await said.return?.(undefined)),
  };
}
