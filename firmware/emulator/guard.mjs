// A Cortex-M0+ that stops where the chip would take a HardFault, and counts cycles where a program can read them.

import { Fault } from './errors.mjs';

const XIP = 0x10000000; // four windows of 16 MB onto the flash
const XIP_END = 0x14000000;
const RAM = 0x20000000;
const USB_RAM = 0x50100000;
const SIO = 0xd0000000;
const SIO_SIZE = 0x180;
const DWT = 0xe0001; // page number
const DWT_CYCCNT = 0xe0001004;
const DWT_CYCCNT_HIGH = 0xe0001008; // ours: no Arm core has it
const SYSTEM_CONTROL = 0xe000e; // page number

/** Extends rp2040js's core, whose class the package does not export: a mixin over `mcu.core.constructor`. */
export const guarded = (Core) =>
  class extends Core {
    /** @param name 'core 0' or 'core 1', for messages. @param onEvent called at SEV. */
    constructor(mcu, name, onEvent) {
      super(mcu);
      this.name = name;
      this.rom16 = new Uint16Array(mcu.bootrom.buffer);
      this.rom32 = mcu.bootrom;
      this.flash8 = mcu.flash;
      this.flash16 = new Uint16Array(mcu.flash.buffer);
      this.flash32 = new Uint32Array(mcu.flash.buffer);
      this.ram8 = mcu.sram;
      this.ram16 = new Uint16Array(mcu.sram.buffer);
      this.ram32 = new Uint32Array(mcu.sram.buffer);
      this.romSize = mcu.bootrom.byteLength;
      this.flashSize = mcu.flash.length;
      this.ramSize = mcu.sram.length;
      this.cyclesHigh = 0;
      // rp2040js tells of SEV and of instructions it does not know through its log only.
      this.log = {
        debug() {},
        info: (_, message) => message === 'SEV' && onEvent(),
        warn: (_, message) => {
          if (message.startsWith('Warning: Instruction')) {
            this.PC -= 2;
            throw this.#fault('undefined instruction', this.PC, this.PC);
          }
        },
        error() {},
      };
    }

    get logger() {
      return this.log;
    }

    // An interrupt masked by PRIMASK ends WFI without being taken; rp2040js would enter its handler.
    checkForInterrupts() {
      if (this.waiting && this.PM) {
        return (this.pendingInterrupts & this.enabledInterrupts) !== 0;
      }
      return super.checkForInterrupts();
    }

    // rp2040js passes ADCS and SBCS operand + carry as one number; where that sum is 0x80000000 only the
    // instruction tells +2147483648 from -2147483648, and with it the overflow flag.
    addUpdateFlags(a, b) {
      const carried = b === 0x80000000 && this.C && this.#opcode() >> 6 === 0b0100000101;
      const result = super.addUpdateFlags(a, b);
      if (carried) {
        this.V = a >>> 31 === 0;
      }
      return result;
    }

    substractUpdateFlags(a, b) {
      const borrowed = b === 0x80000000 && !this.C && this.#opcode() >> 6 === 0b0100000110;
      const result = super.substractUpdateFlags(a, b);
      if (borrowed) {
        this.V = a >>> 31 === 1;
      }
      return result;
    }

    #opcode() {
      return this.readUint16(this.PC - 2);
    }

    readUint32(address) {
      address >>>= 0;
      if ((address & 3) === 0) {
        const inFlash = address - XIP;
        if (inFlash >= 0 && inFlash < this.flashSize) {
          return this.flash32[inFlash >> 2];
        }
        const inRam = address - RAM;
        if (inRam >= 0 && inRam < this.ramSize) {
          return this.ram32[inRam >> 2];
        }
      }
      return this.#readElsewhere(address, 4);
    }

    readUint16(address) {
      address >>>= 0;
      if ((address & 1) === 0) {
        const inFlash = address - XIP;
        if (inFlash >= 0 && inFlash < this.flashSize) {
          return this.flash16[inFlash >> 1];
        }
        const inRam = address - RAM;
        if (inRam >= 0 && inRam < this.ramSize) {
          return this.ram16[inRam >> 1];
        }
        if (address < this.romSize) {
          return this.rom16[address >> 1];
        }
      }
      return this.#readElsewhere(address, 2);
    }

    readUint8(address) {
      address >>>= 0;
      const inFlash = address - XIP;
      if (inFlash >= 0 && inFlash < this.flashSize) {
        return this.flash8[inFlash];
      }
      const inRam = address - RAM;
      if (inRam >= 0 && inRam < this.ramSize) {
        return this.ram8[inRam];
      }
      return this.#readElsewhere(address, 1);
    }

    writeUint32(address, value) {
      address >>>= 0;
      const inRam = address - RAM;
      if ((address & 3) === 0 && inRam >= 0 && inRam < this.ramSize) {
        this.ram32[inRam >> 2] = value;
      } else {
        this.#writeElsewhere(address, 4, value);
      }
    }

    writeUint16(address, value) {
      address >>>= 0;
      const inRam = address - RAM;
      if ((address & 1) === 0 && inRam >= 0 && inRam < this.ramSize) {
        this.ram16[inRam >> 1] = value;
      } else {
        this.#writeElsewhere(address, 2, value);
      }
    }

    writeUint8(address, value) {
      address >>>= 0;
      const inRam = address - RAM;
      if (inRam >= 0 && inRam < this.ramSize) {
        this.ram8[inRam] = value;
      } else {
        this.#writeElsewhere(address, 1, value);
      }
    }

    #readElsewhere(address, size) {
      this.#check(address, size, 'read');
      if (address >>> 12 === DWT) {
        return this.#cycleCounter(address);
      }
      if (address >= XIP && address < XIP_END) {
        address = XIP + (address & 0xffffff);
      }
      return this.rp2040[`readUint${size * 8}`](address);
    }

    #writeElsewhere(address, size, value) {
      this.#check(address, size, 'write');
      if (address >= XIP && address < XIP_END) {
        throw this.#fault('store into flash', address);
      }
      // The chip ignores stores into its boot ROM: TinyUSB makes one for each transfer on endpoint 0.
      if (address >= this.romSize && address >>> 12 !== DWT) {
        this.rp2040[`writeUint${size * 8}`](address, value);
      }
    }

    #check(address, size, verb) {
      const fetched = verb === 'read' && size === 2 && address === (this.PC & ~1) >>> 0;
      if (address & (size - 1)) {
        throw this.#fault(`unaligned ${size === 4 ? 'word' : 'halfword'} ${verb}`, address);
      }
      if (!this.#exists(address)) {
        throw fetched
          ? this.#fault('instruction fetch outside memory', address, address)
          : this.#fault(`${verb} outside memory`, address);
      }
    }

    #exists(address) {
      return (
        address < this.romSize ||
        (address >= XIP && address < XIP_END && (address & 0xffffff) < this.flashSize) ||
        this.rp2040.findPeripheral(address) !== undefined ||
        (address >= USB_RAM && address < USB_RAM + this.rp2040.usbDPRAM.length) ||
        (address >= SIO && address < SIO + SIO_SIZE) ||
        address >>> 12 === SYSTEM_CONTROL ||
        address >>> 12 === DWT
      );
    }

    // The DWT's cycle counter, which a Cortex-M0+ lacks: 64 bits, reading the low word latches the high one.
    // It always counts; the DWT's other registers read 0.
    #cycleCounter(address) {
      if (address === DWT_CYCCNT) {
        this.cyclesHigh = Math.floor(this.cycles / 2 ** 32);
        return this.cycles >>> 0;
      }
      return address === DWT_CYCCNT_HIGH ? this.cyclesHigh : 0;
    }

    // Loads and stores are halfword instructions, and the PC is past them when they access memory.
    #fault(what, address, pc = this.PC - 2) {
      const fault = new Fault(what);
      return Object.assign(fault, { address, pc, lr: this.LR, core: this.name });
    }
  };
