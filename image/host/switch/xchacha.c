/* XChaCha20-Poly1305: RFC 8439, with the long nonce of draft-irtf-cfrg-xchacha-03. No associated data. */
#include "switch.h"

#include <string.h>

enum { BLOCK = 64, PIECE = 16 };

static uint32_t load(const uint8_t *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void store(uint8_t *at, uint32_t word) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(word >> 8 * i);
}

static uint32_t turn(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

static void quarter(uint32_t *w, int a, int b, int c, int d) {
  w[a] += w[b], w[d] = turn(w[d] ^ w[a], 16);
  w[c] += w[d], w[b] = turn(w[b] ^ w[c], 12);
  w[a] += w[b], w[d] = turn(w[d] ^ w[a], 8);
  w[c] += w[d], w[b] = turn(w[b] ^ w[c], 7);
}

static void rounds(uint32_t w[16]) {
  for (int i = 0; i < 10; i++) {
    quarter(w, 0, 4, 8, 12), quarter(w, 1, 5, 9, 13), quarter(w, 2, 6, 10, 14), quarter(w, 3, 7, 11, 15);
    quarter(w, 0, 5, 10, 15), quarter(w, 1, 6, 11, 12), quarter(w, 2, 7, 8, 13), quarter(w, 3, 4, 9, 14);
  }
}

static void fill(uint32_t w[16], const uint8_t *key, const uint8_t *last) {
  static const uint8_t constant[] = "expand 32-byte k";
  for (int i = 0; i < 4; i++) w[i] = load(constant + 4 * i), w[12 + i] = load(last + 4 * i);
  for (int i = 0; i < 8; i++) w[4 + i] = load(key + 4 * i);
}

/* HChaCha20, then the state of ChaCha20 with what is left of the nonce. */
static void begin(uint32_t state[16], const uint8_t key[KEY], const uint8_t nonce[SEAL_NONCE]) {
  uint8_t derived[KEY], last[PIECE] = {0};
  fill(state, key, nonce);
  rounds(state);
  for (int i = 0; i < 4; i++) store(derived + 4 * i, state[i]), store(derived + 16 + 4 * i, state[12 + i]);
  memcpy(last + 8, nonce + PIECE, 8);
  fill(state, derived, last);
}

static void next(uint32_t state[16], uint8_t stream[BLOCK]) {
  uint32_t w[16];
  memcpy(w, state, sizeof w);
  rounds(w);
  for (int i = 0; i < 16; i++) store(stream + 4 * i, w[i] + state[i]);
  state[12]++;
}

static void mix(uint32_t state[16], uint8_t *to, const uint8_t *from, size_t length) {
  uint8_t stream[BLOCK];
  for (size_t at = 0; at < length; at += BLOCK) {
    size_t size = length - at < BLOCK ? length - at : BLOCK;
    next(state, stream);
    for (size_t i = 0; i < size; i++) to[at + i] = from[at + i] ^ stream[i];
  }
}

static void tag_of(const uint8_t once[KEY], const uint8_t *text, size_t length, uint8_t tag[SEAL_TAG]) {
  struct poly1305 sum;
  uint8_t piece[PIECE];
  poly1305_start(&sum, once);
  for (size_t at = 0; at < length; at += PIECE) {
    size_t size = length - at < PIECE ? length - at : PIECE;
    memset(piece, 0, sizeof piece);
    memcpy(piece, text + at, size);
    poly1305_add(&sum, piece);
  }
  memset(piece, 0, sizeof piece);
  store(piece + 8, (uint32_t)length);
  poly1305_add(&sum, piece);
  poly1305_finish(&sum, once + PIECE, tag);
}

void encrypt(const uint8_t key[KEY], const uint8_t nonce[SEAL_NONCE], const uint8_t *text, size_t length,
             uint8_t *sealed) {
  uint32_t state[16];
  uint8_t once[BLOCK];
  begin(state, key, nonce);
  next(state, once);
  mix(state, sealed, text, length);
  tag_of(once, sealed, length, sealed + length);
}

bool decrypt(const uint8_t key[KEY], const uint8_t nonce[SEAL_NONCE], const uint8_t *sealed, size_t length,
             uint8_t *text) {
  uint32_t state[16];
  uint8_t once[BLOCK], tag[SEAL_TAG];
  begin(state, key, nonce);
  next(state, once);
  tag_of(once, sealed, length, tag);
  if (!is_same(tag, sealed + length, sizeof tag)) return false;
  mix(state, text, sealed, length);
  return true;
}
