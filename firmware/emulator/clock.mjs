// Time on the chip is its count of cycles: the clock that rp2040js's timers and peripherals ask.

class Alarm {
  constructor(clock, callback) {
    this.clock = clock;
    this.callback = callback;
    this.at = Infinity; // nanoseconds
  }

  schedule(nanos) {
    this.cancel();
    this.at = this.clock.nanos + nanos;
    const { alarms } = this.clock;
    const later = alarms.findIndex((alarm) => alarm.at >= this.at);
    alarms.splice(later < 0 ? alarms.length : later, 0, this);
    this.clock.updateDue();
  }

  cancel() {
    const { alarms } = this.clock;
    const index = alarms.indexOf(this);
    if (index >= 0) {
      alarms.splice(index, 1);
      this.clock.updateDue();
    }
  }
}

/** Nanoseconds from cycles at a frequency that may change, and alarms in order of time. */
export class CycleClock {
  /** The cycle count of the core now executing; the machine sets it. */
  cycles = () => 0;
  /** The cycle count at which the next alarm is due. */
  due = Infinity;
  alarms = [];
  #hertz = 125e6;
  #baseCycles = 0;
  #baseNanos = 0;
  #firing = null; // during an alarm's callback, time is when that alarm was due

  get nanos() {
    return this.#firing ?? this.#baseNanos + ((this.cycles() - this.#baseCycles) * 1e9) / this.#hertz;
  }

  get micros() {
    return this.nanos / 1000;
  }

  get hertz() {
    return this.#hertz;
  }

  set hertz(value) {
    this.#baseNanos = this.nanos;
    this.#baseCycles = this.cycles();
    this.#hertz = value;
    this.updateDue();
  }

  createAlarm(callback) {
    return new Alarm(this, callback);
  }

  updateDue() {
    const [next] = this.alarms;
    this.due = next
      ? this.#baseCycles + Math.ceil(((next.at - this.#baseNanos) * this.#hertz) / 1e9)
      : Infinity;
  }

  /** Calls the next alarm back. */
  fire() {
    const alarm = this.alarms.shift();
    this.updateDue();
    this.#firing = alarm.at;
    try {
      alarm.callback();
    } finally {
      this.#firing = null;
    }
  }
}
