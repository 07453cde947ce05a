// SPDX-License-Identifier: GPL-2.0-or-later
#include "pcapng.h"

#include <string.h>

enum {
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
};

#define BLOCK_SECTION 0x0a0d0d0aU
#define BYTE_ORDER_MAGIC 0x1a2b3c4dU

enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2,
	INTERFACE_RESOLUTION = 9,
	PACKET_FLAGS = 2,
	PACKET_LOST = 4,
	PACKET_QUEUE = 6,
	STATISTICS_BEGIN = 2,
	STATISTICS_END = 3,
	STATISTICS_RECEIVED = 4,
	STATISTICS_LOST = 5,
};

enum { RESOLUTION_NANOSECONDS = 9 };

/* A block in the making. What does not fit is counted only. */
struct block {
	u8 *b;
	size_t room, len;
};

static void put(struct block *k, const void *v, size_t n)
{
	if (n && k->len <= k->room && n <= k->room - k->len)
		memcpy(k->b + k->len, v, n);
	k->len += n;
}

static void put_le(struct block *k, u64 v, size_t octets)
{
	u8 b[8];

	for (size_t i = 0; i < octets; i++)
		b[i] = (u8)(v >> 8 * i);
	put(k, b, octets);
}

static void pad(struct block *k)
{
	static const u8 zeroes[3];

	put(k, zeroes, -k->len & 3);
}

static struct block begin(u8 *b, size_t room, u32 type)
{
	struct block k = { b, room, 0 };

	put_le(&k, type, 4);
	put_le(&k, 0, 4);	/* its length: end() */
	return k;
}

static size_t end(struct block *k)
{
	struct block length = { k->b + 4, 4, 0 };
	size_t len = k->len + 4;

	if (len > k->room)
		return 0;
	put_le(k, len, 4);
	put_le(&length, len, 4);
	return len;
}

static void option(struct block *k, u16 code, const void *v, size_t n)
{
	put_le(k, code, 2);
	put_le(k, n, 2);
	put(k, v, n);
	pad(k);
}

static void option_text(struct block *k, u16 code, const char *text)
{
	size_t n = strlen(text);

	option(k, code, text, n < UINT16_MAX ? n : UINT16_MAX);
}

static void option_number(struct block *k, u16 code, u64 v, size_t octets)
{
	put_le(k, code, 2);
	put_le(k, octets, 2);
	put_le(k, v, octets);
}

/* The high half first, as only times are. */
static void put_time(struct block *k, s64 utc)
{
	put_le(k, (u64)utc >> 32, 4);
	put_le(k, (u32)utc, 4);
}

static void option_time(struct block *k, u16 code, s64 utc)
{
	put_le(k, code, 2);
	put_le(k, 8, 2);
	put_time(k, utc);
}

static void options_end(struct block *k)
{
	put_le(k, OPTION_END, 4);
}

size_t pcapng_section(u8 *b, size_t room, const char *application)
{
	struct block k = begin(b, room, BLOCK_SECTION);

	put_le(&k, BYTE_ORDER_MAGIC, 4);
	put_le(&k, 1, 2);	/* version 1.0 */
	put_le(&k, 0, 2);
	put_le(&k, UINT64_MAX, 8);	/* length of the section: until the end */
	option_text(&k, SECTION_APPLICATION, application);
	options_end(&k);
	return end(&k);
}

size_t pcapng_interface(u8 *b, size_t room, enum pcapng_link link, u32 snap, const char *name)
{
	const u8 resolution = RESOLUTION_NANOSECONDS;
	struct block k = begin(b, room, BLOCK_INTERFACE);

	put_le(&k, link, 2);
	put_le(&k, 0, 2);
	put_le(&k, snap, 4);
	option_text(&k, INTERFACE_NAME, name);
	option(&k, INTERFACE_RESOLUTION, &resolution, 1);
	options_end(&k);
	return end(&k);
}

size_t pcapng_packet(u8 *b, size_t room, const struct pcapng_packet *p)
{
	struct block k = begin(b, room, BLOCK_PACKET);

	put_le(&k, p->interface, 4);
	put_time(&k, p->utc);
	put_le(&k, p->captured, 4);
	put_le(&k, p->length, 4);
	put(&k, p->frame, p->captured);
	pad(&k);
	option_number(&k, PACKET_FLAGS, p->direction, 4);
	option_number(&k, PACKET_LOST, p->lost, 8);
	option_number(&k, PACKET_QUEUE, p->queue, 4);
	if (p->comment)
		option_text(&k, OPTION_COMMENT, p->comment);
	options_end(&k);
	return end(&k);
}

size_t pcapng_statistics(u8 *b, size_t room, const struct pcapng_statistics *s)
{
	struct block k = begin(b, room, BLOCK_STATISTICS);

	put_le(&k, s->interface, 4);
	put_time(&k, s->end_utc);
	option_time(&k, STATISTICS_BEGIN, s->begin_utc);
	option_time(&k, STATISTICS_END, s->end_utc);
	option_number(&k, STATISTICS_RECEIVED, s->received, 8);
	option_number(&k, STATISTICS_LOST, s->lost, 8);
	options_end(&k);
	return end(&k);
}
