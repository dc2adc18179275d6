// What the boot ROM's BKPT stubs do. The numbers are those of bootrom.S.

import { Halt } from './errors.mjs';
import { doubleTable, floatTable } from './softfloat.mjs';

const BIT_CYCLES = 20;

/** The trap functions by number: each takes the core and acts on its registers as the ROM function would. */
export function romTraps(flash) {
  const bits = (f) => (core) => {
    core.registers[0] = f(core.registers[0]);
    core.cycles += BIT_CYCLES;
  };
  const noEffect = () => {};
  const traps = new Map([
    [0x10, bits(popcount)],
    [0x11, bits(reverse)],
    [0x12, bits(Math.clz32)],
    [0x13, bits((x) => (x ? 31 - Math.clz32(x & -x) : 32))],
    [
      0x18,
      () => {
        throw new Halt('the firmware restarts into the USB boot loader, which is not emulated');
      },
    ],
    [0x20, noEffect], // connect the flash
    [
      0x21, // leave execute in place
      () => {
        flash.takesCommands = true;
      },
    ],
    [
      0x22,
      (core) => {
        const [offset, size] = core.registers;
        core.cycles += flash.erase(offset, size) * core.rp2040.clkSys;
      },
    ],
    [
      0x23,
      (core) => {
        const [offset, source, size] = core.registers;
        const data = Uint8Array.from({ length: size }, (_, i) => core.readUint8(source + i));
        core.cycles += flash.program(offset, data) * core.rp2040.clkSys;
      },
    ],
    [
      0x24, // flush the cache, the last before the flash is entered again
      () => {
        flash.takesCommands = false;
      },
    ],
    [0x25, noEffect], // enter execute in place
  ]);
  for (const [first, table] of [
    [0x40, floatTable],
    [0x60, doubleTable],
  ]) {
    table.forEach((f, index) => {
      if (f) {
        traps.set(first + index, (core) => {
          core.cycles += f(core.registers);
        });
      }
    });
  }
  return traps;
}

function popcount(x) {
  let count = 0;
  for (; x; x &= x - 1) {
    count++;
  }
  return count;
}

function reverse(x) {
  let reversed = 0;
  for (let i = 0; i < 32; i++) {
    reversed = (reversed << 1) | ((x >>> i) & 1);
  }
  return reversed;
}
