// The boot ROM's floating point functions (datasheet 2.8.3.2), for single and for double precision.
// Exact where the chip's are (add, subtract, multiply, divide, square root, conversions); the chip's sine, exponential
// and so on are approximations that may differ in the last bits. Denormals are zero, as on the chip.

const bits32 = new Uint32Array(2);
const asFloat = new Float32Array(bits32.buffer);
const asDouble = new Float64Array(bits32.buffer);

const single = {
  width: 1, // registers a number takes
  smallest: 2 ** -126,
  load(r, at) {
    bits32[0] = r[at];
    return asFloat[0];
  },
  store(r, value) {
    asFloat[0] = value;
    r[0] = bits32[0];
  },
  // A long one to double first would round twice: keep 53 bits of it, the last one sticky.
  fromInt64(value) {
    if (BigInt.asIntN(54, value) === value) {
      return Number(value);
    }
    return Number((value >> 11n) | (value & 0x7ffn ? 1n : 0n)) * 2048;
  },
  cycles: { arithmetic: 70, conversion: 45, transcendental: 600 },
};

const double = {
  width: 2,
  smallest: 2 ** -1022,
  load(r, at) {
    bits32[0] = r[at];
    bits32[1] = r[at + 1];
    return asDouble[0];
  },
  store(r, value) {
    asDouble[0] = value;
    r[0] = bits32[0];
    r[1] = bits32[1];
  },
  fromInt64: Number,
  cycles: { arithmetic: 140, conversion: 70, transcendental: 1600 },
};

/** A number towards -Infinity, clamped to an integer's range; NaN is 0. */
function toInt32(value, signed) {
  const [low, high] = signed ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  return Math.min(Math.max(Math.floor(value) || 0, low), high);
}

function toInt64(r, value, signed) {
  const [low, high] = signed ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
  let integer;
  if (Math.abs(value) < 2 ** 64) {
    integer = BigInt(Math.floor(value));
    integer = integer < low ? low : integer > high ? high : integer;
  } else {
    integer = value > 0 ? high : value < 0 ? low : 0n;
  }
  r[0] = Number(integer & 0xffffffffn);
  r[1] = Number((integer >> 32n) & 0xffffffffn);
}

const int64 = (r, signed) => {
  const value = (BigInt(r[1]) << 32n) | BigInt(r[0]);
  return signed ? BigInt.asIntN(64, value) : value;
};

/** The 32 functions of a table, in its order: each takes the core's registers and returns the cycles charged. */
function table(format, other) {
  const { width, cycles } = format;
  const flush = (value) => (Math.abs(value) < format.smallest ? value * 0 : value);
  const argument = (r, n) => flush(format.load(r, n * width));
  const result = (r, value) => format.store(r, flush(value));
  const scale = (r, at) => 2 ** (r[at] | 0);

  const arithmetic = (f) => (r) => {
    result(r, f(argument(r, 0), argument(r, 1)));
    return cycles.arithmetic;
  };
  const transcendental = (f) => (r) => {
    result(r, f(argument(r, 0), argument(r, 1)));
    return cycles.transcendental;
  };
  const conversion = (f) => (r) => {
    f(r);
    return cycles.conversion;
  };
  const toWord = (signed, fixed) =>
    conversion((r) => {
      r[0] = toInt32(argument(r, 0) * (fixed ? scale(r, width) : 1), signed);
    });
  const fromWord = (signed, fixed) =>
    conversion((r) => result(r, (signed ? r[0] | 0 : r[0]) / (fixed ? scale(r, 1) : 1)));
  const toLong = (signed, fixed) =>
    conversion((r) => toInt64(r, argument(r, 0) * (fixed ? scale(r, width) : 1), signed));
  const fromLong = (signed, fixed) =>
    conversion((r) => result(r, format.fromInt64(int64(r, signed)) / (fixed ? scale(r, 2) : 1)));

  return [
    arithmetic((a, b) => a + b),
    arithmetic((a, b) => a - b),
    arithmetic((a, b) => a * b),
    arithmetic((a, b) => a / b),
    undefined, // comparison by flags: the SDK has its own
    undefined,
    arithmetic((a) => Math.sqrt(a)),
    toWord(true, false),
    toWord(true, true),
    toWord(false, false),
    toWord(false, true),
    fromWord(true, false),
    fromWord(true, true),
    fromWord(false, false),
    fromWord(false, true),
    transcendental(Math.cos),
    transcendental(Math.sin),
    transcendental(Math.tan),
    (r) => {
      // sine and cosine at once: the cosine goes to the registers after the sine
      const angle = argument(r, 0);
      const cosine = new Uint32Array(width);
      result(cosine, Math.cos(angle));
      result(r, Math.sin(angle));
      r.set(cosine, width);
      return cycles.transcendental;
    },
    transcendental(Math.exp),
    transcendental(Math.log),
    undefined,
    transcendental(Math.atan2),
    fromLong(true, false),
    fromLong(true, true),
    fromLong(false, false),
    fromLong(false, true),
    toLong(true, false),
    toLong(true, true),
    toLong(false, false),
    toLong(false, true),
    conversion((r) => other.store(r, argument(r, 0))),
  ];
}

export const floatTable = table(single, double);
export const doubleTable = table(double, single);
