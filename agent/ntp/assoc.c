// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NTP client association. Requests carry nothing but random cookies (RFC 9109,
 * NTP data minimisation): where the protocol wants a timestamp of ours, it gets
 * 64 random bits that only echo back; the real stamps stay here.
 */
#include "ntp/assoc.h"

#include <stdlib.h>
#include <string.h>

#include "ntp/assoc_private.h"

enum {
	INTERLEAVED_TRIES = 3,		/* unanswered requests, then a basic one (RFC 9769 clause 2) */
	STRATUM_UNSYNC = 16,
};

#define MAX_ROOT_DISTANCE_NS (16.0 * NSEC_PER_SEC)	/* RFC 5905: MAXDISP */
/* A poll that could not even be sent costs the server nothing: try again soon. */
#define SEND_RETRY_NS (4 * NSEC_PER_SEC)

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

static u64 random_cookie(struct assoc *a)
{
	u64 v;

	do
		v = a->cfg.random64(a->cfg.random_ctx);
	while (!v);	/* zero means "no timestamp" on the wire */
	return v;
}

struct assoc *assoc_new(const struct assoc_config *cfg)
{
	struct assoc *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->cfg = *cfg;
	assoc_poll_configure(&a->poll, cfg);
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
	int old = a->poll.now;
	s64 next;

	assoc_poll_set(&a->poll, poll);
	next = a->req.sent_mono + assoc_poll_ns(a->poll.now);
	if (a->poll.now < old && a->req.sent && a->next_mono > next)
		a->next_mono = next;
}

void assoc_configure(struct assoc *a, const struct assoc_config *cfg)
{
	a->cfg = *cfg;
	assoc_poll_configure(&a->poll, cfg);
	change_poll(a, a->poll.now);
}

void assoc_reset(struct assoc *a, s64 now_mono)
{
	assoc_poll_reset(&a->poll);
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
		.poll = assoc_poll_next(&a->poll),
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
	p.poll = (s8)a->poll.now;
	ntp_packet_build(&p, buf);

	a->reach <<= 1;
	a->next_mono = now_mono + assoc_poll_dithered_ns(r->poll, &a->cfg);
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
		assoc_poll_back_off(&a->poll, a->req.poll);
		a->next_mono = a->req.sent_mono + assoc_poll_dithered_ns(a->poll.now, &a->cfg);
		return ASSOC_KOD;
	}
	/* ntpd and chronyd send their stratum 16 as 0: INIT, STEP or nothing. */
	return ASSOC_UNSYNCHRONISED;
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
		assoc_poll_start_burst(&a->poll);
		a->next_mono = now_mono + assoc_poll_ns(assoc_poll_next(&a->poll));
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
	return assoc_measure(a, &p, rx_sys, kind, out);
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
	r->poll = a->poll.now;
}
