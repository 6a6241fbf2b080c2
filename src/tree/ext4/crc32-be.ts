const POLYNOMIAL = 0x04c11db7;

const TABLE = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value < 0 ? POLYNOMIAL : 0);
  return value;
});

/** Continues a CRC-32 with the highest bit first, as the first kind of journal checksums uses it. */
export function crc32Be(crc: number, bytes: Uint8Array): number {
  let value = crc | 0;
  for (const byte of bytes) value = (value << 8) ^ (TABLE[(value >>> 24) ^ byte] as number);
  return value >>> 0;
}
