// Assembles bootrom.S into build/emulator/bootrom.bin when that is missing or older.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BadInput } from './errors.mjs';

const SOURCE = fileURLToPath(new URL('bootrom.S', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../build/emulator/', import.meta.url));
const BINARY = join(FOLDER, 'bootrom.bin');

/** The bytes of the boot ROM. Throws BadInput where there is no assembler. */
export function loadBootrom() {
  const built = statSync(BINARY, { throwIfNoEntry: false });
  if (!built || built.mtimeMs < statSync(SOURCE).mtimeMs) {
    assemble();
  }
  return readFileSync(BINARY);
}

function assemble() {
  mkdirSync(FOLDER, { recursive: true });
  const scratch = mkdtempSync(join(FOLDER, 'bootrom-'));
  const [object, binary] = ['rom.o', 'rom.bin'].map((name) => join(scratch, name));
  try {
    execFileSync('arm-none-eabi-as', ['-mcpu=cortex-m0plus', '-o', object, SOURCE]);
    execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.text', object, binary]);
    renameSync(binary, BINARY); // whole or not at all, also when two emulators start at once
  } catch (error) {
    if (error.code === 'ENOENT') {
      throw new BadInput(`no ${error.path} to assemble the boot ROM with: install gcc-arm-none-eabi`);
    }
    throw error;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
