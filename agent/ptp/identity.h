/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clockIdentity and portIdentity as numbers and as text (IEEE 1588-2019 clause 7.5.2). */
#ifndef ATS_PTP_IDENTITY_H
#define ATS_PTP_IDENTITY_H

#include "types.h"
#include "wire/ptp_header.h"

#define PTP_CLOCK_TEXT 19	/* "ab1234.fffe.567890" with its end */
#define PTP_PORT_TEXT 25	/* "ab1234.fffe.567890-65535" with its end */

/*
 * From an EUI-48, with ff-fe in its middle (clause 7.5.2.2.2 of the 2008 edition). The
 * 2019 edition would rather have a number of its own, yet peers do and show this.
 */
u64 ptp_clock_from_eui48(const u8 mac[6]);

void ptp_clock_print(u64 clock, char text[PTP_CLOCK_TEXT]);
void ptp_port_print(struct ptp_port_id id, char text[PTP_PORT_TEXT]);

/* ab1234.fffe.567890 or 0xab1234fffe567890; false for anything else, *clock is kept. */
bool ptp_clock_parse(const char *text, u64 *clock);
/* The same with -PORT, 0..65535 */
bool ptp_port_parse(const char *text, struct ptp_port_id *id);

#endif
