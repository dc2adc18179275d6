// The command line: boots an RP2040 firmware image and gives its USB serial port as a pseudo-terminal.

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { loadBootrom } from './bootrom.mjs';
import { BadInput, Fault, Halt } from './errors.mjs';
import { Flash } from './flash.mjs';
import { readImage, readSymbols } from './image.mjs';
import { Pty } from './pty.mjs';

const USAGE = `usage: node ${basename(process.argv[1])} FIRMWARE.uf2|.elf|.bin [options]

Boots the firmware on an emulated Pico and prints "pty PATH" when its USB serial port is up.
Runs until SIGINT or SIGTERM.

  --elf FILE       names the functions in a fault's message (default: FIRMWARE with .elf, where it is there)
  --flash FILE     keeps the 2 MB of flash in FILE; made where missing, its firmware replaced by FIRMWARE
  --pty-link PATH  links PATH to the terminal while it is open
  --cycles         prints "cycles N asleep N" at the end

Exit code: 0 stopped by a signal, 2 bad input, 3 an access on which the chip takes a HardFault,
4 the firmware stopped itself.`;

const SLICE = 200_000; // cycles between two looks at the host: 2 to 5 ms
const NAP = 4; // milliseconds, while the chip sleeps
const LONGEST_SLEEP = 20; // milliseconds of sleep made good at once, after the process was held up

function options() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        elf: { type: 'string' },
        flash: { type: 'string' },
        'pty-link': { type: 'string' },
        cycles: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new BadInput(`${error.message.split('\n')[0]} (--help lists the options)`);
  }
  const { positionals, values } = parsed;
  if (!values.help && positionals.length !== 1) {
    throw new BadInput(`expected one firmware image, found ${positionals.length} (--help tells the usage)`);
  }
  return { firmware: positionals[0], ...values };
}

async function load() {
  try {
    return (await import('./machine.mjs')).Machine;
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') {
      throw error;
    }
    throw new BadInput('rp2040js is not installed: run `npm ci` in firmware/emulator');
  }
}

function symbols(firmware, elf) {
  const beside = firmware.replace(/\.[^.]*$/, '.elf');
  return elf || existsSync(beside) ? readSymbols(elf ?? beside) : () => '?';
}

function describe(stop, nameOf) {
  const hex = (value) => `0x${value.toString(16).padStart(8, '0')}`;
  const place = (pc) => `${hex(pc)} (${nameOf(pc)})`;
  const at = stop.address === undefined ? '' : ` at ${hex(stop.address)}`;
  const where = stop.pc === undefined ? '' : `, pc ${place(stop.pc)}, lr ${place((stop.lr & ~1) >>> 0)}, ${stop.core}`;
  return `${stop.message}${at}${where}`;
}

/** The host's end of the USB cable: it carries the serial port's bytes to the terminal. */
class Cable {
  #pty;
  #output = [];
  #pulled = false;

  constructor(pty) {
    this.#pty = pty;
  }

  onConnect() {
    console.log(`pty ${this.#pty.path}`);
  }

  onData(bytes) {
    this.#output.push(bytes);
  }

  onReset() {
    this.#pulled = true;
  }

  /** Hands over what the machine's last slice gave. Resolves when the terminal has room for more. */
  async handOver() {
    if (this.#output.length) {
      await this.#pty.write(Buffer.concat(this.#output.splice(0)));
    }
    if (this.#pulled) {
      this.#pulled = false;
      await this.#pty.replug();
    }
  }
}

/** Runs the machine until `signal.aborted`. While it sleeps, its time follows the host's, and the host sleeps too. */
async function drive(machine, cable, signal) {
  let last = performance.now();
  while (!signal.aborted) {
    const now = performance.now();
    const sleep = Math.round((Math.min(now - last, LONGEST_SLEEP) * machine.hertz) / 1000);
    last = now;
    let asleep;
    try {
      asleep = machine.run(SLICE, sleep);
    } finally {
      await Promise.race([cable.handOver(), signal.arrived]);
    }
    if (asleep) {
      await signal.nap(NAP);
    } else {
      await new Promise(setImmediate);
    }
  }
}

/** What interrupts the driver: a signal to stop for good, a client's bytes to wake up. */
class Interruption {
  aborted = false;
  wake = () => {};
  arrived = new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM']) {
      process.on(name, () => {
        this.aborted = true;
        this.wake();
        resolve();
      });
    }
  });

  nap(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function main() {
  const { firmware, elf, flash: file, 'pty-link': link, cycles, help } = options();
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const image = readImage(firmware);
  const nameOf = symbols(firmware, elf);
  const Machine = await load();
  const flash = new Flash();
  if (file) {
    flash.keepIn(file);
  }
  flash.load(image);

  const signal = new Interruption();
  let machine;
  const pty = await Pty.open(link, (bytes) => {
    machine.write(bytes);
    signal.wake();
  });
  const cable = new Cable(pty);
  machine = new Machine({ rom: loadBootrom(), flash, host: cable });
  try {
    await drive(machine, cable, signal);
    return 0;
  } catch (error) {
    if (!(error instanceof Fault || error instanceof Halt)) {
      throw error;
    }
    console.error(`${error instanceof Fault ? 'fault' : 'halt'}: ${describe(error, nameOf)}`);
    return error instanceof Fault ? 3 : 4;
  } finally {
    await pty.close();
    if (cycles) {
      console.log(`cycles ${machine.cycles} asleep ${machine.asleep}`);
    }
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BadInput)) {
    throw error;
  }
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}
