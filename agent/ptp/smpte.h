/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Synchronization metadata of a grandmaster for media (SMPTE ST 2059-2, the SM TLV): how
 * time of the timescale PTP becomes local time of day and time code. Pure.
 *
 * Seconds are of TAI or of UTC, as their names say. Local time changes with daylight
 * saving and with leap seconds; each change is a jump. At the daily jam, a time of the
 * local day, time code begins anew from local time.
 */
#ifndef ATS_PTP_SMPTE_H
#define ATS_PTP_SMPTE_H

#include "types.h"
#include "wire/ptp_org.h"

#define PTP_SMPTE_NO_JAM (-1)

enum ptp_smpte_locking {	/* masterLockingStatus */
	PTP_SMPTE_UNUSED,
	PTP_SMPTE_FREE_RUN,
	PTP_SMPTE_COLD_LOCKING,
	PTP_SMPTE_WARM_LOCKING,
	PTP_SMPTE_LOCKED,
};

enum {				/* timeAddressFlags */
	PTP_SMPTE_DROP_FRAME = 1,
	PTP_SMPTE_COLOR_FRAME = 2,
};

enum {				/* daylightSaving */
	PTP_SMPTE_DST_NOW = 1,
	PTP_SMPTE_DST_NEXT = 2,	/* after the next jump */
	PTP_SMPTE_DST_JAM = 4,	/* at the last daily jam */
};

struct ptp_smpte_config {
	u32 frame_rate, frame_rate_base;	/* frames in so many seconds; 0: nothing is sent */
	bool drop_frame, color_frame;
	int jam_s;		/* of the local day, 0..86399, or PTP_SMPTE_NO_JAM */
};

/* Local time of a place */
struct ptp_smpte_place {
	/* Seconds that it is ahead of UTC then; *dst: by daylight saving. */
	s32 (*offset)(void *ctx, s64 utc_s, bool *dst);
	void *ctx;
};

/* What the clock knows of its time */
struct ptp_smpte_time {
	s64 utc_s;		/* now */
	s32 utc_offset;		/* s, TAI - UTC */
	int leap;		/* at the end of this day of UTC: 1 inserted, -1 deleted, 0 none */
	enum ptp_smpte_locking locking;
};

void ptp_smpte_metadata(const struct ptp_smpte_config *cfg, const struct ptp_smpte_place *place,
			const struct ptp_smpte_time *now, struct ptp_smpte_sm *sm);

/* "30000/1001" or "25". 0, or -EINVAL: no such rate, or none of 1 to 1000 frames a second. */
int ptp_smpte_rate_parse(const char *text, struct ptp_smpte_config *cfg);
const char *ptp_smpte_locking_name(u8 locking);	/* "unknown": none of them */

#endif
