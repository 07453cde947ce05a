// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets as a frame, as the kernel sees it: whole, and with less of it at hand.
 * The first octet says which link and how much is at hand.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/frame.h"

/* So that reading behind the octets at hand is seen. */
static enum frame_kind classify(enum frame_link link, const u8 *data, size_t len, size_t total,
				struct frame *f)
{
	u8 *copy = malloc(len ? len : 1);
	enum frame_kind kind;

	must(copy);
	if (len)
		memcpy(copy, data, len);
	memset(f, 0, sizeof(*f));
	kind = frame_classify(link, copy, len, total, f);
	free(copy);
	return kind;
}

static void check(enum frame_kind kind, const struct frame *f)
{
	if (kind != FRAME_PTP && kind != FRAME_NTP)
		return;
	must(f->vlans <= FRAME_VLANS_MAX);
	must(f->transport >= FRAME_OVER_ETHERNET && f->transport <= FRAME_OVER_UDP6);
	if (kind == FRAME_PTP) {
		must(f->ptp.type <= PTP_PDELAY_RESP && f->ptp.version == 2);
		must(f->transport == FRAME_OVER_ETHERNET || f->destination_port == PTP_EVENT_PORT);
	} else {
		must(f->ntp.mode >= NTP_MODE_SYM_ACTIVE && f->ntp.mode <= NTP_MODE_BROADCAST);
		must(f->source_port == NTP_PORT || f->destination_port == NTP_PORT);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	enum frame_kind whole, part;
	enum frame_link link;
	struct frame f, g;
	size_t len;

	if (!size)
		return 0;
	link = data[0] & 0x80 ? FRAME_LINK_IP : FRAME_LINK_ETHERNET;
	len = data[0] & 0x7f;
	data++;
	size--;
	whole = classify(link, data, size, size, &f);
	must(whole != FRAME_CUT);
	check(whole, &f);
	must(!frame_is_usual(link, data, size) || whole == FRAME_OTHER);
	must(len > size || !frame_is_usual(link, data, len) || whole == FRAME_OTHER);
	if (len > size)
		return 0;
	/* with less at hand it is the same, or it is not known */
	part = classify(link, data, len, size, &g);
	must(part == FRAME_CUT || part == whole);
	if (part != FRAME_CUT && part != FRAME_OTHER)
		must(!memcmp(&f, &g, sizeof(f)));
	return 0;
}
