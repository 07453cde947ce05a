// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp_header.h"

#include <errno.h>
#include <string.h>

#include "bytes.h"

/* With the fields that follow the header (clauses 13.6, 13.9, 13.10). */
static size_t event_len(u8 type)
{
	return type < PTP_PDELAY_REQ ? 44 : 54;
}

/* All but type, version and length: the callers' checks begin with those. */
static inline void get_fields(const u8 *b, struct ptp_header *h)
{
	h->minor_version = b[1] >> 4;
	h->sdo = (u16)((b[0] & 0xf0) << 4 | b[5]);
	h->domain = b[4];
	h->flags = be16_get(b + 6);
	h->correction = (s64)be64_get(b + 8);
	h->clock = be64_get(b + 20);
	h->port = be16_get(b + 28);
	h->sequence = be16_get(b + 30);
	h->log_interval = (s8)b[33];
}

bool ptp_event_parse(const u8 *b, size_t len, struct ptp_header *h)
{
	if (len < PTP_HEADER_LEN)
		return false;
	h->type = b[0] & 0xf;
	h->version = b[1] & 0xf;
	h->length = be16_get(b + 2);
	if (h->type > PTP_PDELAY_RESP || h->version != PTP_VERSION ||
	    h->length < event_len(h->type) || h->length > len)
		return false;
	get_fields(b, h);
	return true;
}

int ptp_header_parse(const u8 *b, size_t len, struct ptp_header *h)
{
	if (len < PTP_HEADER_LEN)
		return -EMSGSIZE;
	h->type = b[0] & 0xf;
	h->version = b[1] & 0xf;
	h->length = be16_get(b + 2);
	if (h->version != PTP_VERSION)
		return -EPROTONOSUPPORT;
	if (h->length < PTP_HEADER_LEN || h->length > len)
		return -EMSGSIZE;
	get_fields(b, h);
	return 0;
}

static u8 control(u8 type)
{
	switch (type) {
	case PTP_SYNC:
		return 0;
	case PTP_DELAY_REQ:
		return 1;
	case PTP_FOLLOW_UP:
		return 2;
	case PTP_DELAY_RESP:
		return 3;
	case PTP_MANAGEMENT:
		return 4;
	default:
		return 5;
	}
}

void ptp_header_build(const struct ptp_header *h, u8 *b)
{
	b[0] = (u8)((h->sdo >> 4 & 0xf0) | (h->type & 0xf));
	b[1] = (u8)((h->minor_version & 0xf) << 4 | PTP_VERSION);
	be16_put(b + 2, h->length);
	b[4] = h->domain;
	b[5] = (u8)h->sdo;
	be16_put(b + 6, h->flags);
	be64_put(b + 8, (u64)h->correction);
	memset(b + 16, 0, 4);	/* messageTypeSpecific */
	be64_put(b + 20, h->clock);
	be16_put(b + 28, h->port);
	be16_put(b + 30, h->sequence);
	b[32] = control(h->type);
	b[33] = (u8)h->log_interval;
}
