// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "ptp/identity.h"

u64 ptp_clock_from_eui48(const u8 mac[6])
{
	return (u64)mac[0] << 56 | (u64)mac[1] << 48 | (u64)mac[2] << 40 | 0xfffeULL << 24 |
	       (u64)mac[3] << 16 | (u64)mac[4] << 8 | mac[5];
}

void ptp_clock_print(u64 clock, char text[PTP_CLOCK_TEXT])
{
	snprintf(text, PTP_CLOCK_TEXT, "%06x.%04x.%06x", (unsigned int)(clock >> 40),
		 (unsigned int)(clock >> 24 & 0xffff), (unsigned int)(clock & 0xffffff));
}

void ptp_port_print(struct ptp_port_id id, char text[PTP_PORT_TEXT])
{
	ptp_clock_print(id.clock, text);
	snprintf(text + PTP_CLOCK_TEXT - 1, PTP_PORT_TEXT - PTP_CLOCK_TEXT + 1, "-%u",
		 (unsigned int)id.port);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Both forms have 18 characters: @shape says where digits (x) are. NULL: another text. */
static const char *parse_clock(const char *text, u64 *clock)
{
	const char *shape = text[0] == '0' && (text[1] == 'x' || text[1] == 'X')
				    ? "  xxxxxxxxxxxxxxxx"
				    : "xxxxxx.xxxx.xxxxxx";
	u64 v = 0;

	for (; *shape; shape++, text++) {
		int d = digit(*text);

		if (*shape == 'x') {
			if (d < 0)
				return NULL;
			v = v << 4 | (u64)d;
		} else if (*shape == '.' && *text != '.') {
			return NULL;
		}
	}
	*clock = v;
	return text;
}

bool ptp_clock_parse(const char *text, u64 *clock)
{
	u64 v;
	const char *end = parse_clock(text, &v);

	if (!end || *end)
		return false;
	*clock = v;
	return true;
}

bool ptp_port_parse(const char *text, struct ptp_port_id *id)
{
	u64 clock;
	const char *p = parse_clock(text, &clock);
	unsigned int port = 0, digits = 0;

	if (!p || *p++ != '-')
		return false;
	for (; *p >= '0' && *p <= '9' && digits < 6; p++, digits++)
		port = port * 10 + (unsigned int)(*p - '0');
	if (*p || !digits || port > 0xffff)
		return false;
	*id = (struct ptp_port_id){ .clock = clock, .port = (u16)port };
	return true;
}
