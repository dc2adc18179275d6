// The 2 MB flash chip: an array that can be erased by sectors and programmed by pages, kept in a file if asked.

import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { BadInput, Halt } from './errors.mjs';

const SIZE = 2 * 1024 * 1024;
const SECTOR = 4096;
const PAGE = 256;
const SECTOR_SECONDS = 45e-3; // typical times of the Pico's W25Q16JV
const PAGE_SECONDS = 0.4e-3;

export class Flash {
  bytes = new Uint8Array(SIZE).fill(0xff);
  /** While it takes commands, no core can fetch from it. */
  takesCommands = false;
  #file = null;

  /** Loads what `path` holds, or makes it, erased. From here on it follows every sector and page at once. */
  keepIn(path) {
    let file;
    try {
      file = openSync(path, 'a+'); // makes it where missing, empties it never
      closeSync(file);
      file = openSync(path, 'r+');
    } catch (error) {
      throw new BadInput(`the flash file ${path} cannot be opened: ${error.code}`);
    }
    const { size } = fstatSync(file);
    if (size !== 0 && size !== SIZE) {
      closeSync(file);
      throw new BadInput(`the flash file ${path} has ${size} bytes, a Pico's flash ${SIZE}: give another file`);
    }
    this.#file = file;
    if (size) {
      readSync(file, this.bytes, 0, SIZE, 0);
    } else {
      this.#store(0, SIZE);
    }
  }

  /** Puts an image's parts in place of what is there. */
  load(parts) {
    for (const { offset, data } of parts) {
      if (offset < 0 || offset + data.length > SIZE) {
        const at = offset.toString(16);
        throw new BadInput(`the image has ${data.length} bytes at 0x${at} of a flash of ${SIZE}: build it for a Pico`);
      }
      this.bytes.set(data, offset);
      this.#store(offset, data.length);
    }
  }

  /** Erases whole sectors. Returns the seconds it takes the chip. */
  erase(offset, size) {
    checkRange('erase', offset, size, SECTOR);
    for (let at = offset; at < offset + size; at += SECTOR) {
      this.bytes.fill(0xff, at, at + SECTOR);
      this.#store(at, SECTOR);
    }
    return (size / SECTOR) * SECTOR_SECONDS;
  }

  /** Programs whole pages: bits can only be cleared. Returns the seconds it takes the chip. */
  program(offset, data) {
    checkRange('program', offset, data.length, PAGE);
    for (let at = 0; at < data.length; at += PAGE) {
      for (let i = at; i < at + PAGE; i++) {
        this.bytes[offset + i] &= data[i];
      }
      this.#store(offset + at, PAGE);
    }
    return (data.length / PAGE) * PAGE_SECONDS;
  }

  #store(offset, size) {
    if (this.#file !== null) {
      writeSync(this.#file, this.bytes, offset, size, offset);
    }
  }
}

function checkRange(verb, offset, size, unit) {
  if (offset % unit || size % unit || offset + size > SIZE) {
    const at = `0x${offset.toString(16)}`;
    throw new Halt(`flash ${verb} of ${size} bytes at ${at}: not whole units of ${unit} within ${SIZE}`);
  }
}
