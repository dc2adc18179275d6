// Boots a firmware image and presses Enter once its serial port is up; prints the cycles to the prompt, those of sleep among them.
// Nothing here asks the host's clock, so the counts repeat exactly: node boot.mjs FIRMWARE

import { loadBootrom } from '../../firmware/emulator/bootrom.mjs';
import { Flash } from '../../firmware/emulator/flash.mjs';
import { readImage } from '../../firmware/emulator/image.mjs';
import { Machine } from '../../firmware/emulator/machine.mjs';

const SLICE = 1000; // cycles
const MOST = 1e9;

let said = '';
const flash = new Flash();
flash.load(readImage(process.argv[2]));
const machine = new Machine({
  rom: loadBootrom(),
  flash,
  host: {
    onReset() {},
    onConnect: () => machine.write(Buffer.from('\r')),
    onData: (bytes) => {
      said += Buffer.from(bytes).toString();
    },
  },
});
while (!said.includes('>>> ')) {
  if (machine.cycles > MOST) {
    throw new Error(`no prompt after ${MOST} cycles, but: ${said}`);
  }
  machine.run(SLICE, SLICE);
}
console.log(`cycles ${machine.cycles} asleep ${machine.asleep}`);
