// A pseudo-terminal, from the Python helper hold_pty.py: node has none of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadInput } from './errors.mjs';

const PATIENCE = 1000; // milliseconds for a client to take the last of its output
const HELPER = fileURLToPath(new URL('hold_pty.py', import.meta.url));

export class Pty {
  /** The terminal's path; another one after replug(). */
  path;
  #helper;

  /** @param link a path to link to the terminal, or undefined. @param onData called with a client's bytes. */
  static async open(link, onData) {
    checkLink(link);
    const pty = new Pty();
    const python = process.env.PYTHON ?? 'python3';
    pty.#helper = spawn(python, [HELPER, ...(link ? [link] : [])], {
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
      detached: true, // a terminal's Ctrl-C is for the emulator, which then closes the helper's stdin
    });
    pty.#helper.on('error', () => {}); // seen below: it gives no path
    pty.#helper.stdin.on('error', () => {}); // seen as its end
    await pty.#nextPath();
    if (!pty.path) {
      throw new BadInput(`no pseudo-terminal: ${python} ${HELPER} failed`);
    }
    pty.#helper.stdout.on('data', onData);
    return pty;
  }

  /** Sends bytes to the client. Resolves when there is room for more. */
  async write(bytes) {
    if (!this.#helper.stdin.write(bytes)) {
      await once(this.#helper.stdin, 'drain');
    }
  }

  /** Hangs up on the client, as a USB plug that is pulled and put back. Resolves when there is a new path. */
  async replug() {
    this.#helper.kill('SIGHUP');
    await this.#nextPath();
  }

  /** Closes the terminal and removes the link. */
  async close() {
    const closed = once(this.#helper, 'close');
    this.#helper.stdin.end();
    const timer = setTimeout(() => this.#helper.stdin.destroy(), PATIENCE);
    await closed;
    clearTimeout(timer);
  }

  async #nextPath() {
    const paths = this.#helper.stdio[3];
    const [line] = await Promise.race([once(paths, 'data'), once(paths, 'end').then(() => [''])]);
    this.path = line.toString().trim();
  }
}

function checkLink(link) {
  if (link && !lstatSync(dirname(link), { throwIfNoEntry: false })) {
    throw new BadInput(`no folder ${dirname(link)} for the link to the terminal: make it first`);
  }
  const old = link && lstatSync(link, { throwIfNoEntry: false });
  if (old && !old.isSymbolicLink()) {
    throw new BadInput(`${link} is there already and no link: give another path`);
  }
}
