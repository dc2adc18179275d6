// The board: both cores, their memory and USB port, run for so many cycles at a time.

import { RP2040 } from 'rp2040js';
import { CycleClock } from './clock.mjs';
import { SecondCore } from './core1.mjs';
import { Fault, Halt } from './errors.mjs';
import { guarded } from './guard.mjs';
import { romTraps } from './traps.mjs';
import { UsbSerial } from './usb.mjs';

const STACK_TOP = 0x20042000;
const BOOT2 = 0x10000000; // the first 256 bytes of the flash, which set it up and enter the program
const XIP = 0x10000000; // where the flash appears, to execute in place
const XIP_END = 0x14000000;
const WATCHDOG = 0x40058000;
const BRIEF = 5000; // cycles: a sleep the host need not keep pace with, such as the time a USB packet takes
const PARK = 0; // the trap of bootrom.S for a core 1 with nothing to run
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

class WatchdogReset extends Error {}

export class Machine {
  /** Cycles in which no core executed, since power on. */
  asleep = 0;
  #rom;
  #flash;
  #host;
  #pastCycles = 0; // before the last reset

  /** @param host the other end of the USB cable: onReset(), onConnect() and onData(bytes) of the serial port. */
  constructor({ rom, flash, host }) {
    this.#rom = rom;
    this.#flash = flash;
    this.#host = host;
    this.#powerOn();
  }

  /** Cycles of clk_sys since power on, sleep included. */
  get cycles() {
    return this.#pastCycles + this.cores[0].cycles;
  }

  /** The frequency of clk_sys, in Hz. */
  get hertz() {
    return this.clock.hertz;
  }

  /** Sends bytes to the USB serial port. */
  write(bytes) {
    this.serial.write(bytes);
  }

  /**
   * Executes for about `budget` cycles, and sleeps through at most `sleepBudget` more.
   * @returns whether it stopped asleep, with the sleep budget used up. Throws Fault and Halt.
   */
  run(budget, sleepBudget) {
    try {
      return this.#run(budget, sleepBudget);
    } catch (error) {
      if (!(error instanceof WatchdogReset)) {
        throw error;
      }
      this.#reset();
      this.#host.onReset();
      return false;
    }
  }

  #powerOn() {
    const clock = (this.clock = new CycleClock());
    this.#flash.takesCommands = false;
    const mcu = (this.mcu = new RP2040(clock));
    mcu.logger = SILENT;
    new Uint8Array(mcu.bootrom.buffer).set(this.#rom);
    mcu.flash = this.#flash.bytes;
    mcu.flashView = new DataView(mcu.flash.buffer);
    mcu.addClockListener((hertz) => {
      clock.hertz = hertz;
    });

    const Core = guarded(mcu.core.constructor);
    const wakeBoth = () => this.cores.forEach(wake);
    this.cores = ['core 0', 'core 1'].map((name) => new Core(mcu, name, wakeBoth));
    [mcu.core] = this.cores;
    clock.cycles = () => mcu.core.cycles;
    this.second = new SecondCore(mcu, this.cores);
    this.serial = new UsbSerial(mcu, this.#host);

    const traps = romTraps(this.#flash);
    mcu.onBreak = (number) => this.#trap(traps, number);
    mcu.findPeripheral(WATCHDOG).onWatchdogTrigger = () => {
      throw new WatchdogReset();
    };
    Object.assign(mcu.core, { SP: STACK_TOP, LR: 0, PC: BOOT2 });
  }

  // As on the chip, the memory and the watchdog's reason and scratch registers outlive a reset.
  #reset() {
    const { sram } = this.mcu;
    const { reason, scratchData } = this.mcu.findPeripheral(WATCHDOG);
    this.#pastCycles = this.cycles;
    this.#powerOn();
    this.mcu.sram.set(sram);
    Object.assign(this.mcu.findPeripheral(WATCHDOG), { reason, scratchData });
  }

  #trap(traps, number) {
    const { core } = this.mcu;
    const pc = core.PC - core.breakRewind;
    const inRom = pc < core.romSize;
    if (inRom && number === PARK && core === this.cores[1]) {
      this.second.park();
      return;
    }
    try {
      const trap = inRom && traps.get(number);
      if (!trap) {
        throw new Halt(inRom ? `boot ROM function ${number}, which is not emulated` : `breakpoint ${number}`);
      }
      trap(core);
    } catch (error) {
      throw Object.assign(error, { pc, lr: core.LR, core: core.name });
    }
  }

  #run(budget, sleepBudget) {
    const { clock, second } = this;
    const [core0, core1] = this.cores;
    const end = core0.cycles + budget + sleepBudget;
    while (core0.cycles < end) {
      if (core0.cycles >= clock.due) {
        clock.fire();
      } else if (second.running && !core1.waiting && (core0.waiting || core1.cycles < core0.cycles)) {
        this.#executeSecond();
      } else if (!core0.waiting) {
        core0.executeInstruction();
        if (core1.waiting) {
          core1.cycles = core0.cycles;
        }
      } else if (missedInterrupt(core0) || (second.running && missedInterrupt(core1))) {
        this.cores.filter(missedInterrupt).forEach(wake);
      } else {
        const left = clock.due - core0.cycles;
        const nap = left < BRIEF ? left : Math.min(left, sleepBudget);
        sleepBudget -= nap;
        this.asleep += nap;
        core0.cycles += nap;
        core1.cycles = core0.cycles;
        if (sleepBudget <= 0) {
          return true;
        }
      }
    }
    return false;
  }

  #executeSecond() {
    const { mcu } = this;
    const [core0, core1] = this.cores;
    if (this.#flash.takesCommands && core1.PC >= XIP && core1.PC < XIP_END) {
      const fault = new Fault('instruction fetch from the flash while the other core writes it');
      throw Object.assign(fault, { address: core1.PC, pc: core1.PC, lr: core1.LR, core: core1.name });
    }
    mcu.core = core1;
    try {
      core1.executeInstruction();
    } finally {
      mcu.core = core0;
    }
    if (core0.waiting) {
      core0.cycles = core1.cycles;
    }
  }
}

function wake(core) {
  if (core.waiting) {
    core.waiting = false;
  } else {
    core.eventRegistered = true;
  }
}

// WFI ends at an interrupt that PRIMASK holds back, also one that was pending before.
function missedInterrupt(core) {
  return core.waiting && core.PM && (core.pendingInterrupts & core.enabledInterrupts) !== 0;
}
