// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp_header.h"

#include "bytes.h"

/* With the fields that follow the header (clauses 13.6, 13.9, 13.10). */
static size_t event_len(u8 type)
{
	return type < PTP_PDELAY_REQ ? 44 : 54;
}

bool ptp_event_parse(const u8 *b, size_t len, struct ptp_header *h)
{
	if (len < PTP_HEADER_LEN)
		return false;
	h->type = b[0] & 0xf;
	h->version = b[1] & 0xf;
	h->length = be16_get(b + 2);
	if (h->type > PTP_PDELAY_RESP || h->version != 2 || h->length < event_len(h->type) ||
	    h->length > len)
		return false;
	h->minor_version = b[1] >> 4;
	h->sdo = (u16)((b[0] & 0xf0) << 4 | b[5]);
	h->domain = b[4];
	h->flags = be16_get(b + 6);
	h->correction = (s64)be64_get(b + 8);
	h->clock = be64_get(b + 20);
	h->port = be16_get(b + 28);
	h->sequence = be16_get(b + 30);
	return true;
}
