/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often one client is answered: a token bucket kept as one moment, the
 * theoretical arrival time of its next request (GCRA, ITU-T I.371). Of the
 * refused requests a random few are answered all the same, so that nobody can
 * silence a client by forging its address; of the rest now and then one gets
 * a kiss-o'-death RATE.
 */
#ifndef ATS_RATELIMIT_H
#define ATS_RATELIMIT_H

#include "client_table.h"
#include "types.h"

struct rate_limit {
	bool on, kod;
	s8 interval;		/* log2 s */
	s64 interval_ns;	/* between replies in the long run */
	s64 tolerance_ns;	/* what a burst may run ahead of that */
	u32 leak_mask;		/* all these random bits zero: answered */
	u16 kod_gap_s;		/* between two KoDs to one client */
};

/*
 * @interval log2 s, kept within -19..12; @burst replies at once, 1..255; 1 in
 * 2^@leak refused requests answered, 1..4: out of range values are brought in.
 */
void rate_limit_init(struct rate_limit *r, bool on, int interval, unsigned int burst,
		     unsigned int leak, bool kod);

enum rate_verdict { RATE_PASS, RATE_LEAK, RATE_KOD, RATE_DROP };

/* Charges @c; @random: any 32 random bits. */
enum rate_verdict rate_limit_charge(const struct rate_limit *r, struct client *c,
				    s64 now_mono, u32 random);

#endif
