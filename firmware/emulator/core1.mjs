// The second core, which rp2040js lacks: its reset, its start by the boot ROM, and its part of the SIO block
// (processor number, mailboxes, divider and interpolators of its own).

const CPUID = 0x00;
const FIFO_ST = 0x50;
const FIFO_WR = 0x54;
const FIFO_RD = 0x58;
const OWN_FIRST = 0x60; // divider and interpolators
const OWN_LAST = 0xff;
const FIFO_WORDS = 8;
const VALID = 1; // bits of FIFO_ST
const READY = 2;
const OVERFLOWED = 4;
const EMPTY_READ = 8;
const SIO_IRQS = [15, 16];
const PSM = 0x40010000;
const FRCE_OFF = 4;
const PROC1 = 1 << 16;
const LAUNCH = [0, 0, 1]; // then vector table, stack pointer, entry

export class SecondCore {
  /** Whether it executes; otherwise it is held in reset, or waits in the boot ROM for words to start with. */
  running = false;
  #cores;
  #heldInReset = false;
  #launch = [];
  #fifos = [[], []]; // words for each core to read
  #errors = [0, 0];

  /** @param cores both cores; rp2040js knows the first one, and `mcu.core` names the one executing. */
  constructor(mcu, cores) {
    this.#cores = cores;
    this.#shareInterrupts(mcu);
    this.#shareSio(mcu);
    this.#followReset(mcu.findPeripheral(PSM));
  }

  /** Back into the boot ROM: its code returned. */
  park() {
    this.running = false;
    this.#launch = [];
  }

  #shareInterrupts(mcu) {
    const [core0, core1] = this.#cores;
    mcu.setInterrupt = (irq, value) => {
      core0.setInterrupt(irq, value);
      if (this.running) {
        core1.setInterrupt(irq, value);
      }
    };
  }

  #shareSio(mcu) {
    const { sio } = mcu;
    const own = new sio.constructor(mcu); // core 1's divider and interpolators
    const shared = { read: sio.readUint32.bind(sio), write: sio.writeUint32.bind(sio) };
    const self = () => (mcu.core === this.#cores[1] ? 1 : 0);
    const isOwn = (offset) => self() === 1 && offset >= OWN_FIRST && offset <= OWN_LAST;

    sio.readUint32 = (offset) => {
      switch (offset) {
        case CPUID:
          return self();
        case FIFO_ST:
          return this.#status(self());
        case FIFO_RD:
          return this.#receive(self());
        default:
          return isOwn(offset) ? own.readUint32(offset) : shared.read(offset);
      }
    };
    sio.writeUint32 = (offset, value) => {
      switch (offset) {
        case FIFO_ST:
          this.#errors[self()] = 0;
          this.#updateInterrupts();
          break;
        case FIFO_WR:
          this.#send(self(), value >>> 0);
          break;
        default:
          isOwn(offset) ? own.writeUint32(offset, value) : shared.write(offset, value);
      }
    };
  }

  #status(core) {
    return (
      (this.#fifos[core].length ? VALID : 0) |
      (this.#fifos[1 - core].length < FIFO_WORDS ? READY : 0) |
      this.#errors[core]
    );
  }

  #receive(core) {
    if (this.#fifos[core].length === 0) {
      this.#errors[core] |= EMPTY_READ;
    }
    const word = this.#fifos[core].shift() ?? 0;
    this.#updateInterrupts();
    return word;
  }

  #send(core, word) {
    const fifo = this.#fifos[1 - core];
    if (core === 0 && !this.running) {
      if (!this.#heldInReset) {
        this.#bootRomReceives(word);
      }
    } else if (fifo.length < FIFO_WORDS) {
      fifo.push(word);
    } else {
      this.#errors[core] |= OVERFLOWED;
    }
    this.#updateInterrupts();
  }

  #updateInterrupts() {
    for (const [index, core] of this.#cores.entries()) {
      if (index === 0 || this.running) {
        core.setInterrupt(SIO_IRQS[index], this.#fifos[index].length > 0 || this.#errors[index] !== 0);
      }
    }
  }

  // The boot ROM echoes each word, and starts over at one that is not next in the sequence.
  #bootRomReceives(word) {
    this.#fifos[0].push(word);
    const expected = LAUNCH[this.#launch.length];
    if (expected !== undefined && word !== expected) {
      this.#launch = [];
      return;
    }
    this.#launch.push(word);
    if (this.#launch.length === LAUNCH.length + 3) {
      this.#start(...this.#launch.slice(LAUNCH.length));
      this.#launch = [];
    }
  }

  #start(vectorTable, stackPointer, entry) {
    const [core0, core1] = this.#cores;
    Object.assign(core1, {
      VTOR: vectorTable,
      SPSEL: 0,
      SP: stackPointer,
      LR: core1.rom32[1], // returning parks it
      PC: entry & ~1,
      PM: false,
      IPSR: 0,
      currentMode: 0,
      enabledInterrupts: 0,
      pendingInterrupts: core0.pendingInterrupts & ~(1 << SIO_IRQS[0]),
      waiting: false,
      eventRegistered: false,
      cycles: core0.cycles,
    });
    this.running = true;
  }

  #followReset(psm) {
    const write = psm.writeUint32.bind(psm);
    psm.writeUint32 = (offset, value) => {
      write(offset, value);
      const held = (psm.frceOff & PROC1) !== 0;
      if (offset !== FRCE_OFF || held === this.#heldInReset) {
        return;
      }
      this.#heldInReset = held;
      this.park();
      if (!held) {
        this.#fifos[1].length = 0;
        this.#fifos[0].push(0); // the boot ROM says that it is there
        this.#updateInterrupts();
      }
    };
  }
}
