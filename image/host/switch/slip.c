/*
 * A program that speaks SLIP, RFC 1055, as slirp(1) does: packets of IP without ethernet. All addresses
 * but the guest's are behind it, so it answers every question for one, RFC 826, by the same hardware address.
 */
#include "switch.h"

#include <string.h>

enum { END = 0300, ESC = 0333, ESC_END = 0334, ESC_ESC = 0335 };
enum { HEADER = 14, ARP = 28, ADDRESS = 6 };

static const uint8_t GATEWAY[ADDRESS] = {0x52, 0x55, 10, 0, 2, 2};
static const uint8_t GUEST[4] = {10, 0, 2, 15};
static const uint8_t QUESTION[] = {0, 1, 8, 0, 6, 4, 0, 1};
static const uint8_t ANSWER[] = {0, 1, 8, 0, 6, 4, 0, 2};

static bool has_type(const uint8_t *frame, uint8_t low) { return frame[12] == 8 && frame[13] == low; }

/* Sender and target, each with hardware and IP address, change places. */
static void answer(struct port *port, const uint8_t *frame) {
  const uint8_t *question = frame + HEADER, *target = question + 24;
  uint8_t reply[HEADER + ARP];
  if (memcmp(question, QUESTION, sizeof QUESTION) != 0 || memcmp(target, GUEST, 4) == 0) return;
  memcpy(reply, frame + ADDRESS, ADDRESS);
  memcpy(reply + ADDRESS, GATEWAY, ADDRESS);
  memcpy(reply + 12, frame + 12, 2);
  memcpy(reply + HEADER, ANSWER, sizeof ANSWER);
  memcpy(reply + HEADER + 8, GATEWAY, ADDRESS);
  memcpy(reply + HEADER + 14, target, 4);
  memcpy(reply + HEADER + 18, question + 8, 10);
  forward(port, reply, sizeof reply);
}

size_t to_slip(struct port *port, const uint8_t *frame, size_t length, uint8_t *bytes) {
  size_t size = 0;
  memcpy(port->guest, frame + ADDRESS, ADDRESS);
  if (has_type(frame, 6) && length >= HEADER + ARP) answer(port, frame);
  if (!has_type(frame, 0)) return 0;
  bytes[size++] = END;
  for (size_t i = HEADER; i < length; i++) {
    uint8_t byte = frame[i];
    if (byte == END || byte == ESC) bytes[size++] = ESC;
    bytes[size++] = byte == END ? ESC_END : byte == ESC ? ESC_ESC : byte;
  }
  bytes[size++] = END;
  return size;
}

static void deliver(struct port *port) {
  uint8_t *frame = port->received;
  if (port->held <= HEADER) return;
  memcpy(frame, port->guest, ADDRESS);
  memcpy(frame + ADDRESS, GATEWAY, ADDRESS);
  frame[12] = 8, frame[13] = 0;
  forward(port, frame, port->held);
}

/* The packet grows behind room for its header. */
void from_slip(struct port *port, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    uint8_t byte = bytes[i];
    if (port->held < HEADER) port->held = HEADER;
    if (byte == END) {
      deliver(port);
      port->held = HEADER;
    } else if (byte == ESC) {
      port->escaped = true;
    } else if (port->held < FRAME_MAX) {
      port->received[port->held++] = !port->escaped ? byte : byte == ESC_END ? END : ESC;
      port->escaped = false;
    }
  }
}
