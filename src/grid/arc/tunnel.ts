import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { DistantMachine } from '../../host/machine.ts';

/** An agent whose connections start from another machine; they are encrypted from here on all the same. */
export function agentBy(machine: DistantMachine | undefined, options: AgentOptions): Agent {
  return machine === undefined ? new Agent(options) : new Tunnel(machine, options);
}

class Tunnel extends Agent {
  readonly #machine: DistantMachine;

  constructor(machine: DistantMachine, options: AgentOptions) {
    super(options);
    this.#machine = machine;
  }

  // Called by Node.js for each new connection, with the options of agent and request together.
  override createConnection(
    options: RequestOptions,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const { host, port } = options;
    const name = host ?? '';
    this.#machine.forward(name, Number(port ?? 443)).then(
      (socket) => {
        const own = { servername: name, ...options, socket } as ConnectionOptions;
        done?.(null, connectTls(own));
      },
      (error: Error) => done?.(error, undefined as never),
    );
  }
}
