// Firmware images: UF2, ELF or plain binary into parts of the flash, and an ELF's functions into names.

import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { BadInput } from './errors.mjs';

const XIP = 0x10000000;
const UF2_MAGIC = [0x0a324655, 0x9e5d5157];
const UF2_FAMILY = 0xe48bff56; // RP2040
const UF2_NOT_FLASH = 0x1;
const ELF_MAGIC = 0x464c457f;
const ELF_ARM = 40;
const LOAD = 1;
const SYMBOL_TABLE = 2;
const FUNCTION = 2;

const readers = { '.uf2': readUf2, '.elf': readElf, '.bin': (data) => [{ offset: 0, data }] };

/** The parts `{offset, data}` of the flash that the image `path` holds. Throws BadInput. */
export function readImage(path) {
  const reader = readers[extname(path)];
  if (!reader) {
    throw new BadInput(`${path} is no firmware image: give a .uf2, .elf or .bin`);
  }
  const parts = reader(open(path), path);
  if (!parts.some(({ offset, data }) => offset === 0 && data.length > 0)) {
    throw new BadInput(`${path} has nothing at the start of the flash, where an RP2040 boots: give a whole firmware`);
  }
  return parts;
}

function open(path) {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new BadInput(`${path} cannot be read: ${error.code}`);
  }
}

function readUf2(file, path) {
  if (file.length === 0 || file.length % 512) {
    throw new BadInput(`${path} is no whole UF2 file: it has ${file.length} bytes, not blocks of 512`);
  }
  const parts = [];
  for (let at = 0; at < file.length; at += 512) {
    const [magic0, magic1, flags, address, size, , , family] = new Uint32Array(
      file.buffer.slice(file.byteOffset + at, file.byteOffset + at + 32),
    );
    if (magic0 !== UF2_MAGIC[0] || magic1 !== UF2_MAGIC[1] || size > 476) {
      throw new BadInput(`${path} is no UF2 file: its block ${at / 512} has no UF2 header`);
    }
    if (flags & UF2_NOT_FLASH) {
      continue;
    }
    if (family !== UF2_FAMILY) {
      const found = `0x${family.toString(16)}`;
      throw new BadInput(`${path} is for family ${found}, the emulator is an RP2040 (0xe48bff56): build for the Pico`);
    }
    parts.push({ offset: address - XIP, data: file.subarray(at + 32, at + 32 + size) });
  }
  return parts;
}

function checkElf(file, path) {
  if (file.length < 52 || file.readUInt32LE(0) !== ELF_MAGIC || file.readUInt16LE(18) !== ELF_ARM) {
    throw new BadInput(`${path} is no ELF file for Arm: give the .elf of the firmware`);
  }
}

function readElf(file, path) {
  checkElf(file, path);
  const [start, size, count] = [file.readUInt32LE(28), file.readUInt16LE(42), file.readUInt16LE(44)];
  const parts = [];
  for (let at = start; at < start + size * count; at += size) {
    const [type, offset, , address, length] = [0, 4, 8, 12, 16].map((field) => file.readUInt32LE(at + field));
    if (type === LOAD && length > 0) {
      parts.push({ offset: address - XIP, data: file.subarray(offset, offset + length) });
    }
  }
  return parts;
}

/** The functions of the ELF file `path`, by address: `name(pc)` gives 'function+0x12', or '?' outside them all. */
export function readSymbols(path) {
  const file = open(path);
  checkElf(file, path);
  const [start, size, count] = [file.readUInt32LE(32), file.readUInt16LE(46), file.readUInt16LE(48)];
  const section = (index) => {
    const at = start + index * size;
    const [type, offset, length, link] = [4, 16, 20, 24].map((field) => file.readUInt32LE(at + field));
    return { type, offset, length, link };
  };
  const functions = [];
  for (let index = 0; index < count; index++) {
    const { type, offset, length, link } = section(index);
    if (type !== SYMBOL_TABLE) {
      continue;
    }
    const names = section(link).offset;
    for (let at = offset; at < offset + length; at += 16) {
      if ((file[at + 12] & 0xf) === FUNCTION) {
        const name = names + file.readUInt32LE(at);
        functions.push({
          name: file.toString('latin1', name, file.indexOf(0, name)),
          start: file.readUInt32LE(at + 4) & ~1,
          size: file.readUInt32LE(at + 8),
        });
      }
    }
  }
  return (pc) => {
    const found = functions.find(({ start, size }) => pc >= start && pc < start + size);
    return found ? `${found.name}+0x${(pc - found.start).toString(16)}` : '?';
  };
}
