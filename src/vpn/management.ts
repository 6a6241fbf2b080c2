import { connect } from 'node:net';
import type { Seconds } from '../base/clock.ts';

const DEADLINE: Seconds = 10;

/**
 * Says a word to the management socket of an OpenVPN server, which serves one client at a time.
 *
 * Source: OpenVPN's management-notes.txt.
 *
 * @returns its answer, `SUCCESS: …` or `ERROR: …`.
 * @throws an error of the socket, or one that says that no answer came.
 */
export function askManagement(path: string, word: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const end = (finish: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      finish();
    };
    const timer = setTimeout(
      () => end(() => reject(new Error(`no answer in ${DEADLINE} s`))),
      DEADLINE * 1_000,
    );
    let said = '';
    socket.setEncoding('utf8');
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('close', () => end(() => reject(new Error('it hung up'))));
    socket.on('data', (text: string) => {
      said += text;
      const answer = /^(?:SUCCESS|ERROR):.*$/m.exec(said)?.[0];
      if (answer !== undefined && said.includes(`${answer}\r\n`)) end(() => resolve(answer));
    });
    socket.write(`${word}\n`);
  });
}
