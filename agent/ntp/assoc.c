// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NTP client association. Requests carry nothing but random cookies (RFC 9109,
 * NTP data minimisation): where the protocol wants a timestamp of ours, it gets
 * 64 random bits that only echo back; the real stamps stay here.
 */
#include "ntp/assoc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ntp/assoc_stamp.h"
#include "ntp/turnaround.h"

enum {
	POLL_LOWEST = -4,
	POLL_HIGHEST = 17,		/* RFC 5905 clause 7.2: MAXPOLL */
	POLL_DITHER_FROM = 2,		/* 4 s: shorter intervals are kept exact */
	BURST_HIGHEST = 16,
	INTERLEAVED_TRIES = 3,		/* unanswered requests, then a basic one (RFC 9769 clause 2) */
	STRATUM_UNSYNC = 16,
};

#define MAX_ROOT_DISTANCE_NS (16.0 * NSEC_PER_SEC)	/* RFC 5905: MAXDISP */
#define DITHER_MAX_NS NSEC_PER_SEC
/* A poll that could not even be sent costs the server nothing: try again soon. */
#define SEND_RETRY_NS (4 * NSEC_PER_SEC)
/* Our clock may be slewed that fast while the server holds a request. */
#define MAX_SLEW 0.1
/* The era of a server's stamps when our own clock starts at 1970. */
#define EPOCH_UTC (1767225600LL * NSEC_PER_SEC)		/* 2026-01-01 */

struct request {
	bool sent;		/* there is one to answer */
	bool answered;
	bool interleaved;
	u64 tx_cookie, rx_cookie;
	s64 sent_mono;
	s64 tx_sys;
	enum stamp_kind tx_kind;
	int poll;		/* of the interval that follows it */
};

/* The last answer: what the next interleaved exchange refers to. */
struct previous {
	bool valid;
	u64 server_rx;		/* its receive field, our next origin */
	s64 t1_sys, t2_utc, t4_sys;
	bool rx_good;		/* t4 is a stamp of the usual kind */
	enum stamp_kind rx_kind;
	bool back_used;		/* its response leg is in a sample already */
};

struct assoc {
	struct assoc_config cfg;

	int poll;
	int rate_floor;		/* never again below, after RATE */
	bool ramping;		/* the interval still grows towards poll */
	int ramp_poll;
	unsigned int burst_left;
	s64 next_mono;
	bool stopped;		/* DENY, RSTR */

	u8 reach;
	unsigned int unanswered;	/* requests since the last answer */
	struct request req;
	struct previous prev;
	struct stamp_habit tx_habit, rx_habit;
	struct turnaround turnaround;
	struct exchange held;
	enum { HELD_NONE, HELD_WAITS, HELD_READY } held_state;

	struct assoc_report stat;	/* counters and what the server says */
};

const char *assoc_result_name(enum assoc_result r)
{
	static const char * const name[ASSOC_RESULTS] = {
		[ASSOC_SAMPLE] = "sample",
		[ASSOC_VALID] = "valid",
		[ASSOC_UNSYNCHRONISED] = "unsynchronised",
		[ASSOC_KOD] = "kiss-o'-death",
		[ASSOC_MALFORMED] = "malformed",
		[ASSOC_BOGUS_ORIGIN] = "bogus origin",
		[ASSOC_DUPLICATE] = "duplicate",
		[ASSOC_BAD_MODE] = "bad mode",
		[ASSOC_INVALID_TIME] = "invalid time",
	};

	return (unsigned int)r < ASSOC_RESULTS ? name[r] : "?";
}

static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

static s64 poll_ns(int poll)
{
	return poll < 0 ? NSEC_PER_SEC >> -poll : NSEC_PER_SEC << poll;
}

static u64 random_cookie(struct assoc *a)
{
	u64 v;

	do
		v = a->cfg.random64(a->cfg.random_ctx);
	while (!v);	/* zero means "no timestamp" on the wire */
	return v;
}

static void limit_poll(struct assoc *a, int poll)
{
	a->poll = clamp(poll, a->cfg.min_poll, a->cfg.max_poll);
	if (a->poll < a->rate_floor)
		a->poll = a->rate_floor;
}

static void take_config(struct assoc *a, const struct assoc_config *cfg)
{
	a->cfg = *cfg;
	a->cfg.min_poll = clamp(cfg->min_poll, POLL_LOWEST, POLL_HIGHEST);
	a->cfg.max_poll = clamp(cfg->max_poll, a->cfg.min_poll, POLL_HIGHEST);
	if (a->cfg.burst > BURST_HIGHEST)
		a->cfg.burst = BURST_HIGHEST;
}

static void start_burst(struct assoc *a)
{
	a->ramping = true;
	a->ramp_poll = 0;
	a->burst_left = a->cfg.burst;
}

struct assoc *assoc_new(const struct assoc_config *cfg)
{
	struct assoc *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	take_config(a, cfg);
	assoc_reset(a, 0);
	return a;
}

void assoc_free(struct assoc *a)
{
	free(a);
}

/* A shorter interval counts from the last request on, not from the next. */
static void change_poll(struct assoc *a, int poll)
{
	int old = a->poll;

	limit_poll(a, poll);
	if (a->poll < old && a->req.sent && a->next_mono > a->req.sent_mono + poll_ns(a->poll))
		a->next_mono = a->req.sent_mono + poll_ns(a->poll);
}

void assoc_configure(struct assoc *a, const struct assoc_config *cfg)
{
	take_config(a, cfg);
	change_poll(a, a->poll);
}

void assoc_reset(struct assoc *a, s64 now_mono)
{
	a->rate_floor = POLL_LOWEST;
	limit_poll(a, a->cfg.min_poll);
	start_burst(a);
	a->next_mono = now_mono;
	a->stopped = false;
	a->reach = 0;
	a->unanswered = 0;
	a->req = (struct request){ 0 };
	a->prev.valid = false;
	stamp_habit_init(&a->tx_habit);
	stamp_habit_init(&a->rx_habit);
	a->held_state = HELD_NONE;
	a->stat = (struct assoc_report){ 0 };
}

s64 assoc_next_mono(const struct assoc *a)
{
	return a->stopped ? INT64_MAX : a->next_mono;
}

void assoc_set_poll(struct assoc *a, int poll)
{
	change_poll(a, poll);
}

/* log2 of the interval after the request being made; the ramp moves on. */
static int next_interval(struct assoc *a)
{
	int poll = a->poll;

	if (!a->ramping)
		return poll;
	if (a->burst_left)
		a->burst_left--;
	else
		a->ramp_poll++;
	if (a->ramp_poll < poll)
		poll = a->ramp_poll;
	else if (!a->burst_left)
		a->ramping = false;
	return poll < a->rate_floor ? a->rate_floor : poll;
}

/* Hosts that were started together must not stay in step. */
static s64 dithered_ns(struct assoc *a, int poll)
{
	s64 interval = poll_ns(poll), span = interval / 16;

	if (poll < POLL_DITHER_FROM)
		return interval;
	if (span > DITHER_MAX_NS)
		span = DITHER_MAX_NS;
	return interval - span + (s64)(a->cfg.random64(a->cfg.random_ctx) % (u64)(2 * span + 1));
}

/* The stamp that was waited for did not come: the rest of the sample counts. */
static void release_held(struct assoc *a)
{
	if (a->held_state != HELD_WAITS)
		return;
	a->held.fwd.valid = stamp_habit_accept(&a->tx_habit, a->held.fwd.local_kind);
	if (!a->held.fwd.valid)
		a->stat.lost_stamps++;
	a->held_state = a->held.fwd.valid || a->held.back.valid ? HELD_READY : HELD_NONE;
}

void assoc_request(struct assoc *a, s64 now_mono, s64 now_sys, void *buf)
{
	struct ntp_packet p = { .version = 4, .mode = NTP_MODE_CLIENT };
	struct request *r = &a->req;

	release_held(a);
	if (r->sent && !r->answered)
		a->unanswered++;
	*r = (struct request){
		.sent = true,
		.interleaved = a->cfg.interleave && a->prev.valid &&
			       a->unanswered < INTERLEAVED_TRIES,
		.tx_cookie = random_cookie(a),
		.sent_mono = now_mono,
		.tx_sys = now_sys,
		.tx_kind = STAMP_USER,
		.poll = next_interval(a),
	};
	if (r->interleaved) {
		do
			r->rx_cookie = random_cookie(a);
		while (r->rx_cookie == r->tx_cookie);	/* equal would say: basic */
		p.origin = a->prev.server_rx;
		p.receive = r->rx_cookie;
	} else {
		a->prev.valid = false;
	}
	p.transmit = r->tx_cookie;
	p.poll = (s8)a->poll;
	ntp_packet_build(&p, buf);

	a->reach <<= 1;
	a->next_mono = now_mono + dithered_ns(a, r->poll);
	a->stat.sent++;
}

void assoc_send_failed(struct assoc *a)
{
	s64 retry = a->req.sent_mono + SEND_RETRY_NS;

	if (!a->req.sent)
		return;
	a->req.sent = false;
	a->unanswered++;
	a->stat.sent--;
	if (!a->reach && a->next_mono > retry)
		a->next_mono = retry;
}

void assoc_transmitted(struct assoc *a, s64 tx_sys, enum stamp_kind kind)
{
	struct request *r = &a->req;

	if (!r->sent || kind < r->tx_kind)
		return;
	r->tx_sys = tx_sys;
	r->tx_kind = kind;
	if (!r->answered)
		return;
	a->prev.t1_sys = tx_sys;
	if (a->held_state == HELD_WAITS) {
		a->held.fwd.local_sys = tx_sys;
		a->held.fwd.local_kind = kind;
	}
	if (!stamp_habit_expects(&a->tx_habit, kind))
		return;
	/* Too late for this sample perhaps, but the next one will wait for it. */
	stamp_habit_accept(&a->tx_habit, kind);
	if (a->held_state == HELD_WAITS)
		a->held_state = HELD_READY;
}

bool assoc_held(struct assoc *a, struct exchange *out)
{
	if (a->held_state != HELD_READY)
		return false;
	a->held_state = HELD_NONE;
	/* Only now can the two local stamps of one exchange be compared. */
	if (a->held.fwd.valid && a->held.fwd.local_sys > a->prev.t4_sys) {
		a->stat.result[ASSOC_VALID]--;
		a->stat.result[ASSOC_INVALID_TIME]++;
		a->prev.valid = false;
		return false;
	}
	a->stat.result[ASSOC_VALID]--;
	a->stat.result[ASSOC_SAMPLE]++;
	*out = a->held;
	return true;
}

/* RFC 5905 clause 7.4: the code is in the reference identifier. */
static enum assoc_result obey_kiss(struct assoc *a, const struct ntp_packet *p)
{
	int i;

	for (i = 0; i < 4; i++) {
		char c = (char)(p->refid >> (24 - 8 * i));

		a->stat.kod[i] = c >= 'A' && c <= 'Z' ? c : '?';
	}
	a->stat.kod[4] = '\0';
	a->prev.valid = false;

	if (!strcmp(a->stat.kod, "DENY") || !strcmp(a->stat.kod, "RSTR")) {
		a->stopped = true;
		a->reach = 0;	/* nothing will shift it any more */
		return ASSOC_KOD;
	}
	if (!strcmp(a->stat.kod, "RATE")) {
		a->rate_floor = clamp(a->req.poll + 1, a->rate_floor, POLL_HIGHEST);
		a->ramping = false;
		limit_poll(a, a->poll);
		a->next_mono = a->req.sent_mono + dithered_ns(a, a->poll);
		return ASSOC_KOD;
	}
	/* ntpd and chronyd send their stratum 16 as 0: INIT, STEP or nothing. */
	return ASSOC_UNSYNCHRONISED;
}

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

static enum assoc_result measure(struct assoc *a, const struct ntp_packet *p, s64 rx_sys,
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

static bool server_has_time(const struct ntp_packet *p)
{
	double distance = (double)ntp_short_to_ns(p->root_delay) / 2 +
			  (double)ntp_short_to_ns(p->root_dispersion);

	return p->leap != NTP_LEAP_UNSYNC && p->stratum < STRATUM_UNSYNC &&
	       distance < MAX_ROOT_DISTANCE_NS;
}

static enum assoc_result check_origin(const struct assoc *a, const struct ntp_packet *p)
{
	const struct request *r = &a->req;

	if (!r->sent || (p->origin != r->tx_cookie &&
			 !(r->interleaved && p->origin == r->rx_cookie)))
		return ASSOC_BOGUS_ORIGIN;
	return r->answered ? ASSOC_DUPLICATE : ASSOC_VALID;
}

/* The first answer after a silence: learn quickly again. */
static void note_answer(struct assoc *a, s64 now_mono)
{
	if (!a->reach && a->unanswered > 8 && !a->stopped) {
		start_burst(a);
		a->next_mono = now_mono + poll_ns(next_interval(a));
	}
	a->reach |= 1;
	a->unanswered = 0;
}

static enum assoc_result receive(struct assoc *a, const void *buf, size_t len, s64 rx_sys,
				 enum stamp_kind kind, s64 now_mono, struct exchange *out)
{
	struct ntp_packet p;
	enum assoc_result result;

	if (ntp_packet_parse(buf, len, &p))
		return ASSOC_MALFORMED;
	if (p.mode != NTP_MODE_SERVER)
		return ASSOC_BAD_MODE;
	result = check_origin(a, &p);
	if (result != ASSOC_VALID)
		return result;

	a->req.answered = true;
	a->stat.server_version = p.version;
	a->stat.server_precision = p.precision;
	a->stat.server_poll = p.poll;
	if (p.stratum == 0) {
		result = obey_kiss(a, &p);
		if (result == ASSOC_UNSYNCHRONISED)
			note_answer(a, now_mono);
		return result;
	}
	note_answer(a, now_mono);
	if (!server_has_time(&p)) {
		a->prev.valid = false;
		return ASSOC_UNSYNCHRONISED;
	}
	return measure(a, &p, rx_sys, kind, out);
}

enum assoc_result assoc_receive(struct assoc *a, const void *buf, size_t len, s64 rx_sys,
				enum stamp_kind kind, s64 now_mono, struct exchange *out)
{
	enum assoc_result result = receive(a, buf, len, rx_sys, kind, now_mono, out);

	a->stat.received++;
	a->stat.result[result]++;
	return result;
}

void assoc_shift(struct assoc *a, s64 delta_ns)
{
	a->req.tx_sys += delta_ns;
	a->prev.t1_sys += delta_ns;
	a->prev.t4_sys += delta_ns;
	a->held.fwd.local_sys += delta_ns;
	a->held.back.local_sys += delta_ns;
	a->held.back_now.local_sys += delta_ns;
}

void assoc_get_report(const struct assoc *a, struct assoc_report *r)
{
	*r = a->stat;
	r->reach = a->reach;
	r->poll = a->poll;
}
