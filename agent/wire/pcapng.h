/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks of a capture file in the pcapng format (draft-ietf-opsawg-pcapng), little
 * endian, with times in nanoseconds. Pure. Each function writes one block and
 * returns its octets, or 0 when it does not fit in @room.
 */
#ifndef ATS_PCAPNG_H
#define ATS_PCAPNG_H

#include "types.h"

enum pcapng_link {
	PCAPNG_ETHERNET = 1,
	PCAPNG_IP = 101,	/* frames begin with the IP header */
};

enum pcapng_direction {
	PCAPNG_INBOUND = 1,
	PCAPNG_OUTBOUND = 2,
};

/* The file's first block. */
size_t pcapng_section(u8 *b, size_t room, const char *application);

/* The first one is interface 0; @snap: at most so many octets of a frame are kept. */
size_t pcapng_interface(u8 *b, size_t room, enum pcapng_link link, u32 snap, const char *name);

struct pcapng_packet {
	u32 interface;
	s64 utc;
	u32 captured, length;	/* octets here, and on the wire */
	const u8 *frame;
	enum pcapng_direction direction;
	u32 queue;		/* that took it */
	u64 lost;		/* packets not in the file, before this one */
	const char *comment;	/* or NULL */
};

size_t pcapng_packet(u8 *b, size_t room, const struct pcapng_packet *p);

struct pcapng_statistics {
	u32 interface;
	s64 begin_utc, end_utc;
	u64 received, lost;
};

size_t pcapng_statistics(u8 *b, size_t room, const struct pcapng_statistics *s);

#endif
