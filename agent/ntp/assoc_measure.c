// SPDX-License-Identifier: GPL-2.0-or-later
/* What an answer measures: its legs, whether they can be, and how good they are. */
#include "ntp/assoc_private.h"

#include <math.h>

/* Our clock may be slewed that fast while the server holds a request. */
#define MAX_SLEW 0.1
/* The era of a server's stamps when our own clock starts at 1970. */
#define EPOCH_UTC (1767225600LL * NSEC_PER_SEC)		/* 2026-01-01 */

/* No clock that serves time reads worse than to the second; 2^127 s blinds us. */
static double precision_step_ns(int precision)
{
	return ldexp(1e9, precision < 0 ? precision : 0);
}

/* Steps of a server's clock wide enough to matter beside our own stamps. */
static double server_error_ns(int precision)
{
	double step = precision_step_ns(precision);

	/*
	 * Up to about a microsecond the field tells how long a clock read takes,
	 * which does not concern stamps made by kernels and NICs.
	 */
	return step > 2000 ? step / sqrt(12) : 0;
}

/* t3 >= t2, (t4 - t1) - (t3 - t2) >= 0 as far as resolution and slewing allow. */
static bool round_trip_sane(const struct assoc *a, s64 t1, s64 t2, s64 t3, s64 t4)
{
	double hold = (double)(t3 - t2), trip = (double)(t4 - t1);
	double slack = a->cfg.precision_ns + precision_step_ns(a->stat.server_precision);

	return hold >= -slack && trip >= -slack && trip - hold >= -(slack + MAX_SLEW * hold);
}

static void note_measurement(struct assoc *a, s64 t1, s64 t2, s64 t3, s64 t4)
{
	a->stat.last_offset_ns = ((double)(t1 - t2) + (double)(t4 - t3)) / 2;
	a->stat.last_delay_ns = (double)(t4 - t1) - (double)(t3 - t2);
}

static void fill_server_state(struct exchange *x, const struct ntp_packet *p)
{
	x->leap = p->leap;
	x->stratum = p->stratum;
	x->refid = p->refid;
	x->root_delay_ns = (double)ntp_short_to_ns(p->root_delay);
	x->root_dispersion_ns = (double)ntp_short_to_ns(p->root_dispersion);
}

/* The response just received, as far as the server keeps to its habits. */
static void fill_back_now(struct assoc *a, s64 t2, s64 rx_sys, enum stamp_kind rx_kind,
			  struct exchange *x)
{
	s64 turnaround;

	if (turnaround_typical(&a->turnaround, &turnaround, &x->turnaround_sd_ns))
		x->back_now = (struct leg){ true, rx_sys, t2 + turnaround, rx_kind };
}

/*
 * The legs of this answer. Basic: both of this exchange. Interleaved: the
 * request just made, and the answer before with its true transmit stamp.
 */
static bool fill_legs(struct assoc *a, const struct ntp_packet *p, s64 rx_sys,
		      enum stamp_kind rx_kind, struct exchange *x)
{
	s64 near_utc = rx_sys > EPOCH_UTC ? rx_sys : EPOCH_UTC;
	s64 t1 = a->req.tx_sys, t2 = ntp_to_utc(p->receive, near_utc);
	s64 t3 = ntp_to_utc(p->transmit, near_utc);
	struct previous *v = &a->prev;
	bool rx_good;

	if (!p->receive || !p->transmit)
		return false;
	x->fwd = (struct leg){ true, t1, t2, a->req.tx_kind };
	if (x->interleaved) {
		if (!round_trip_sane(a, v->t1_sys, v->t2_utc, t3, v->t4_sys) || rx_sys < t1)
			return false;
		note_measurement(a, v->t1_sys, v->t2_utc, t3, v->t4_sys);
		x->back = (struct leg){ v->rx_good && !v->back_used, v->t4_sys, t3, v->rx_kind };
		turnaround_add(&a->turnaround, t3 - v->t2_utc);
		fill_back_now(a, t2, rx_sys, rx_kind, x);
	} else {
		if (!round_trip_sane(a, t1, t2, t3, rx_sys))
			return false;
		note_measurement(a, t1, t2, t3, rx_sys);
		x->back = (struct leg){ true, rx_sys, t3, rx_kind };
	}

	rx_good = stamp_habit_accept(&a->rx_habit, rx_kind);
	if (!rx_good)
		a->stat.lost_stamps++;
	if (!x->interleaved)
		x->back.valid = rx_good;
	x->back_now.valid &= rx_good;
	*v = (struct previous){
		.valid = true,
		.server_rx = p->receive,
		.t1_sys = t1, .t2_utc = t2, .t4_sys = rx_sys,
		.rx_good = rx_good,
		.rx_kind = rx_kind,
		.back_used = !x->interleaved,
	};
	return true;
}

enum assoc_result assoc_measure(struct assoc *a, const struct ntp_packet *p, s64 rx_sys,
				enum stamp_kind rx_kind, struct exchange *out)
{
	struct exchange x = {
		.interleaved = p->origin != a->req.tx_cookie,
		.error_ns = hypot(a->cfg.precision_ns, server_error_ns(p->precision)),
		.remote_error_ns = server_error_ns(p->precision),
	};

	if (!fill_legs(a, p, rx_sys, rx_kind, &x)) {
		a->prev.valid = false;
		return ASSOC_INVALID_TIME;
	}
	fill_server_state(&x, p);
	a->stat.interleaved = x.interleaved;
	if (!stamp_habit_expects(&a->tx_habit, a->req.tx_kind)) {
		a->held = x;
		a->held_state = HELD_WAITS;
		return ASSOC_VALID;
	}
	stamp_habit_accept(&a->tx_habit, a->req.tx_kind);
	*out = x;
	return ASSOC_SAMPLE;
}
