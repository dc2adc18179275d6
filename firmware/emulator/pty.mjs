// A pseudo-terminal, from the Python helper pty.py: node has none of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BadInput } from './errors.mjs';

const HELPER = fileURLToPath(new URL('pty.py', import.meta.url));

export class Pty {
  /** The terminal's path. */
  path;
  #helper;

  /** @param link a path to link to the terminal, or undefined. @param onData called with a client's bytes. */
  static async open(link, onData) {
    const pty = new Pty();
    const python = process.env.PYTHON ?? 'python3';
    pty.#helper = spawn(python, [HELPER, ...(link ? [link] : [])], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true, // a terminal's Ctrl-C is for the emulator, which then closes the helper's stdin
    });
    pty.#helper.on('error', () => {}); // seen below as the end of its output
    pty.#helper.stdin.on('error', () => {});
    const [first] = await Promise.race([
      once(pty.#helper.stdout, 'data'),
      once(pty.#helper, 'close').then(() => []),
    ]).catch(() => []);
    if (!first) {
      throw new BadInput(`no pseudo-terminal${link ? ` linked from ${link}` : ''}: ${python} ${HELPER} failed`);
    }
    const end = first.indexOf(0x0a);
    pty.path = first.toString('utf8', 0, end);
    pty.#helper.stdout.on('data', onData);
    return pty;
  }

  /** Sends bytes to the client. Resolves when there is room for more. */
  async write(bytes) {
    if (!this.#helper.stdin.write(bytes)) {
      await once(this.#helper.stdin, 'drain');
    }
  }

  /** Closes the terminal and removes the link. */
  async close() {
    const closed = once(this.#helper, 'close');
    this.#helper.stdin.end();
    await closed;
  }
}
