// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An association with a server that may answer anything, at any time, with or
 * without knowing the cookies. The input is a series of commands, one octet
 * each with its arguments. What must hold whatever comes is checked.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ntp/assoc.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

#define START_UTC (1800000000 * NSEC_PER_SEC)

struct world {
	const u8 *at, *end;
	struct assoc *a;
	u64 seed;
	s64 mono, step;
	u8 request[NTP_HEADER_LEN];
	bool asked;
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static u64 next_random(void *ctx)
{
	u64 *s = ctx;

	*s = *s * 6364136223846793005u + 1442695040888963407u;
	return *s ^ *s >> 29;
}

static u8 take(struct world *w)
{
	return w->at < w->end ? *w->at++ : 0;
}

static s64 sys(const struct world *w)
{
	return START_UTC + w->mono + w->step;
}

static void check_exchange(const struct world *w, const struct exchange *x)
{
	must(x->fwd.valid || x->back.valid);
	must(!x->back.valid || x->back.local_sys <= sys(w));
	must(x->stratum >= 1 && x->stratum < 16 && x->leap < 3);
	must(isfinite(x->error_ns) && x->error_ns >= 0);
	must(x->root_delay_ns / 2 + x->root_dispersion_ns < 16e9);
}

static void check_state(const struct world *w)
{
	struct assoc_report r;

	assoc_get_report(w->a, &r);
	must(r.poll >= -4 && r.poll <= 17);
	must(isfinite(r.last_offset_ns) && isfinite(r.last_delay_ns));
	must(assoc_next_mono(w->a) == INT64_MAX ||
	     assoc_next_mono(w->a) <= w->mono + (NSEC_PER_SEC << 18));
}

static void ask(struct world *w)
{
	struct exchange x;

	assoc_request(w->a, w->mono, sys(w), w->request);
	w->asked = true;
	if (assoc_held(w->a, &x))
		check_exchange(w, &x);
}

/* @fix: what the server knows of the protocol; the rest of the octets are the input's. */
static void answer(struct world *w, u8 fix)
{
	u8 buf[NTP_HEADER_LEN + 64] = { 0 };
	struct exchange x;
	size_t len = fix & 0x40 ? sizeof(buf) : NTP_HEADER_LEN, i;
	enum assoc_result r;
	bool knows;

	for (i = 0; i < len; i++)
		buf[i] = take(w);
	if (fix & 1)
		buf[0] = (u8)((buf[0] & 0xc0) | 0x24);
	if (fix & 2)
		memcpy(buf + 24, w->request + 40, 8);	/* basic */
	if (fix & 4)
		memcpy(buf + 24, w->request + 32, 8);	/* interleaved */
	if (fix & 8) {
		struct ntp_packet p = { .origin = 0 };
		u8 good[NTP_HEADER_LEN];

		p.receive = ntp_from_utc(sys(w) - 20000);
		p.transmit = ntp_from_utc(sys(w) - 10000);
		p.version = p.mode = 4;
		ntp_packet_build(&p, good);
		memcpy(buf + 32, good + 32, 16);
		buf[1] = (u8)(buf[1] % 18);
	}
	knows = w->asked && (!memcmp(buf + 24, w->request + 40, 8) ||
			     !memcmp(buf + 24, w->request + 32, 8));
	r = assoc_receive(w->a, buf, fix & 0x20 ? len - (fix >> 3 & 3) : len, sys(w),
			  (enum stamp_kind)(1 + (fix >> 4 & 1)), w->mono, &x);
	must(r < ASSOC_RESULTS);
	must(knows || r == ASSOC_MALFORMED || r == ASSOC_BAD_MODE || r == ASSOC_BOGUS_ORIGIN);
	if (r == ASSOC_SAMPLE) {
		check_exchange(w, &x);
		must(assoc_receive(w->a, buf, len, sys(w), STAMP_KERNEL, w->mono, &x) !=
		     ASSOC_SAMPLE);
	}
}

static void run(struct world *w)
{
	struct exchange x;
	u8 c = take(w);

	switch (c >> 5) {
	case 0:
		w->mono += (s64)take(w) * 10000000;
		break;
	case 1:
		if (assoc_next_mono(w->a) > w->mono && assoc_next_mono(w->a) != INT64_MAX)
			w->mono = assoc_next_mono(w->a);
		ask(w);
		break;
	case 2:
		ask(w);
		w->mono += 30000;
		answer(w, take(w));
		break;
	case 3:
		answer(w, take(w));
		break;
	case 4:
		assoc_transmitted(w->a, sys(w) - (s64)take(w) * 100, (enum stamp_kind)(c % 4));
		if (assoc_held(w->a, &x))
			check_exchange(w, &x);
		break;
	case 5:
		assoc_set_poll(w->a, (s8)take(w));
		break;
	case 6:
		w->step += (s64)(s8)take(w) * 100000000;
		assoc_shift(w->a, (s64)(s8)w->at[-1] * 100000000);
		break;
	default:
		if (c & 1)
			assoc_send_failed(w->a);
		else if (c & 2)
			assoc_reset(w->a, w->mono);
	}
	check_state(w);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct world w = { .at = data, .end = data + len, .seed = 1 };
	struct assoc_config cfg = {
		.min_poll = (s8)take(&w) % 8, .max_poll = (s8)take(&w) % 20, .burst = take(&w) % 20,
		.interleave = true, .precision_ns = 100, .random64 = next_random,
		.random_ctx = &w.seed,
	};

	if (len < 4)
		return 0;
	w.a = assoc_new(&cfg);
	must(w.a != NULL);
	while (w.at < w.end)
		run(&w);
	assoc_free(w.a);
	return 0;
}
