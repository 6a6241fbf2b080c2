/* Poly1305, RFC 8439 2.5, of whole pieces of 16 bytes: numbers of five times 26 bits, modulo 2^130 - 5. */
#include "switch.h"

static uint32_t load(const uint8_t *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

enum { LIMB = 0x3ffffff };

static void split(uint32_t to[5], const uint8_t *from) {
  to[0] = load(from) & LIMB;
  to[1] = load(from + 3) >> 2 & LIMB;
  to[2] = load(from + 6) >> 4 & LIMB;
  to[3] = load(from + 9) >> 6 & LIMB;
  to[4] = load(from + 12) >> 8;
}

void poly1305_start(struct poly1305 *s, const uint8_t key[16]) {
  static const uint32_t clamp[5] = {0x3ffffff, 0x3ffff03, 0x3ffc0ff, 0x3f03fff, 0x00fffff};
  *s = (struct poly1305){0};
  split(s->r, key);
  for (int i = 0; i < 5; i++) s->r[i] &= clamp[i];
}

static void carry(struct poly1305 *s, const uint64_t d[5]) {
  uint64_t over = 0;
  for (int i = 0; i < 5; i++) {
    uint64_t sum = d[i] + over;
    s->h[i] = (uint32_t)sum & LIMB;
    over = sum >> 26;
  }
  uint64_t low = s->h[0] + over * 5;
  s->h[0] = (uint32_t)low & LIMB;
  s->h[1] += (uint32_t)(low >> 26);
}

void poly1305_add(struct poly1305 *s, const uint8_t piece[16]) {
  uint32_t m[5];
  uint64_t d[5] = {0};
  split(m, piece);
  m[4] |= 1 << 24;
  for (int i = 0; i < 5; i++) s->h[i] += m[i];
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 5; j++)
      d[(i + j) % 5] += (uint64_t)s->h[i] * (i + j < 5 ? s->r[j] : s->r[j] * 5);
  carry(s, d);
}

void poly1305_finish(struct poly1305 *s, const uint8_t pad[16], uint8_t tag[16]) {
  uint32_t less[5], over;
  uint64_t sum = 0;
  for (int turn = 0; turn < 2; turn++) carry(s, (uint64_t[5]){s->h[0], s->h[1], s->h[2], s->h[3], s->h[4]});
  over = 5;
  for (int i = 0; i < 5; i++) over += s->h[i], less[i] = over & LIMB, over >>= 26;
  /* over: whether it is 2^130 - 5 or more */
  uint32_t mask = 0u - over;
  for (int i = 0; i < 5; i++) s->h[i] = (s->h[i] & ~mask) | (less[i] & mask);
  const uint32_t words[4] = {s->h[0] | s->h[1] << 26, s->h[1] >> 6 | s->h[2] << 20,
                             s->h[2] >> 12 | s->h[3] << 14, s->h[3] >> 18 | s->h[4] << 8};
  for (int i = 0; i < 4; i++) {
    sum = (sum >> 32) + words[i] + load(pad + 4 * i);
    for (int j = 0; j < 4; j++) tag[4 * i + j] = (uint8_t)(sum >> 8 * j);
  }
}
