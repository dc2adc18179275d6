// The host's end of the emulated USB serial port.

import { USBCDC } from 'rp2040js';

const FRAME_NANOS = 1e6;
const PACKET = 64;
const SOF_RD = 0x48;
const INTR_DEV_SOF = 1 << 17;

export class UsbSerial {
  #usb;
  #cdc;
  #waiting = Buffer.alloc(0); // bytes for the firmware
  #reading = false; // the firmware waits for a packet

  /** @param host its onConnect() is called once the serial port is set up, onData(bytes) with the firmware's output. */
  constructor(mcu, host) {
    this.#usb = mcu.usbCtrl;
    this.#cdc = new USBCDC(mcu.usbCtrl);
    this.#cdc.onSerialData = (bytes) => host.onData(bytes);
    this.#cdc.onDeviceConnected = () => host.onConnect();
    this.#holdReads();
    this.#startFrames(mcu.clock);
  }

  /** Sends bytes to the firmware, as soon as it reads. */
  write(bytes) {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    this.#answer();
  }

  // The package's CDC host answers every read of the OUT endpoint at once, with an empty packet when it has
  // nothing, so that the firmware never sleeps. A real host sends nothing until there is something.
  #holdReads() {
    this.#usb.onEndpointRead = (endpoint) => {
      if (endpoint === this.#cdc.outEndpoint) {
        this.#reading = true;
        this.#answer();
      }
    };
  }

  #answer() {
    if (this.#reading && this.#waiting.length) {
      this.#reading = false;
      const packet = this.#waiting.subarray(0, PACKET);
      this.#waiting = this.#waiting.subarray(PACKET);
      this.#usb.endpointReadDone(this.#cdc.outEndpoint, packet);
    }
  }

  // Start-of-frame each millisecond, which the package has for hosts only; TinyUSB flushes output on it.
  #startFrames(clock) {
    const usb = this.#usb;
    const read = usb.readUint32.bind(usb);
    usb.readUint32 = (offset) => {
      if (offset === SOF_RD) {
        usb.intRaw &= ~INTR_DEV_SOF;
        usb.checkInterrupts();
      }
      return read(offset);
    };
    const frame = clock.createAlarm(() => {
      frame.schedule(FRAME_NANOS);
      if (usb.intEnable & INTR_DEV_SOF) {
        usb.sofFrameNumber = (usb.sofFrameNumber + 1) & 0x7ff;
        usb.intRaw |= INTR_DEV_SOF;
        usb.checkInterrupts();
      }
    });
    frame.schedule(FRAME_NANOS);
  }
}
