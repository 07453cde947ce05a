// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/smpte.h"

#include <errno.h>
#include <stdlib.h>

#define DAY 86400
/* Looked for so far ahead: rules of daylight saving change local time twice a year. */
#define HORIZON_DAYS 370
#define RATE_MAX 1000

struct jump {
	s64 utc_s;		/* the first second after it; 0: none is known of */
	s32 by_s;		/* what local time less TAI changes by */
	bool dst, leap;
};

static s32 offset_at(const struct ptp_smpte_place *p, s64 utc_s, bool *dst)
{
	return p->offset(p->ctx, utc_s, dst);
}

/* The first second that is @a's unlike, of those after @from up to @to, which is. */
static s64 first_unlike(const struct ptp_smpte_place *p, s64 from, s64 to, s32 offset)
{
	bool dst;

	while (to - from > 1) {
		s64 middle = from + (to - from) / 2;

		if (offset_at(p, middle, &dst) == offset)
			from = middle;
		else
			to = middle;
	}
	return to;
}

static struct jump next_change(const struct ptp_smpte_place *p, s64 utc_s)
{
	struct jump j = { .utc_s = 0 };
	s32 now = offset_at(p, utc_s, &j.dst);

	for (s64 day = 1; day <= HORIZON_DAYS; day++) {
		const s64 to = utc_s + day * DAY;

		if (offset_at(p, to, &j.dst) == now)
			continue;
		j.utc_s = first_unlike(p, to - DAY, to, now);
		j.by_s = offset_at(p, j.utc_s, &j.dst) - now;
		break;
	}
	return j;
}

static s64 floor_div(s64 a, s64 b)
{
	return a / b - (a % b < 0);
}

static struct jump next_jump(const struct ptp_smpte_place *p, const struct ptp_smpte_time *now)
{
	struct jump j = next_change(p, now->utc_s);
	const s64 midnight = (floor_div(now->utc_s, DAY) + 1) * DAY;

	if (!now->leap || (j.utc_s && j.utc_s < midnight))
		return j;
	/* both at once are one jump */
	if (j.utc_s != midnight)
		j = (struct jump){ .utc_s = midnight };
	j.by_s -= now->leap;
	j.leap = true;
	offset_at(p, midnight, &j.dst);
	return j;
}

/*
 * UTC of the time @jam_s of a day of local time, counted from 1970. Where a jump skips that
 * time, it is when the clocks jump; where there are two, the first.
 */
static s64 jam_of_day(const struct ptp_smpte_place *p, s64 day, int jam_s)
{
	const s64 local = day * DAY + jam_s;
	const s64 from = local - DAY, to = local + DAY;
	bool dst;
	const s32 before = offset_at(p, from, &dst), after = offset_at(p, to, &dst);
	s64 change;

	if (before == after)
		return local - before;
	change = first_unlike(p, from, to, before);
	if (local - before < change)
		return local - before;
	return local - after >= change ? local - after : change;
}

static void fill_jams(const struct ptp_smpte_config *cfg, const struct ptp_smpte_place *p,
		      const struct ptp_smpte_time *now, const struct jump *j,
		      struct ptp_smpte_sm *sm)
{
	bool dst;
	s64 day = floor_div(now->utc_s + offset_at(p, now->utc_s, &dst), DAY) + 1, next, previous;

	next = jam_of_day(p, day, cfg->jam_s);
	previous = jam_of_day(p, day - 1, cfg->jam_s);
	while (previous > now->utc_s) {
		day--;
		next = previous;
		previous = jam_of_day(p, day - 1, cfg->jam_s);
	}
	sm->next_jam_tai_s = (u64)(next + now->utc_offset +
				   (j->leap && next >= j->utc_s ? now->leap : 0));
	/* TAI - UTC of then: a leap second of the last day is not known of any more */
	sm->previous_jam_tai_s = (u64)(previous + now->utc_offset);
	sm->previous_jam_offset = offset_at(p, previous, &dst) - now->utc_offset;
	if (dst)
		sm->daylight_saving |= PTP_SMPTE_DST_JAM;
}

void ptp_smpte_metadata(const struct ptp_smpte_config *cfg, const struct ptp_smpte_place *place,
			const struct ptp_smpte_time *now, struct ptp_smpte_sm *sm)
{
	const struct jump j = next_jump(place, now);
	bool dst;

	*sm = (struct ptp_smpte_sm){
		.frame_rate = cfg->frame_rate, .frame_rate_base = cfg->frame_rate_base,
		.locking = (u8)now->locking,
		.time_address_flags = (u8)((cfg->drop_frame ? PTP_SMPTE_DROP_FRAME : 0) |
					   (cfg->color_frame ? PTP_SMPTE_COLOR_FRAME : 0)),
		.local_offset = offset_at(place, now->utc_s, &dst) - now->utc_offset,
		.leap_second_jump = j.leap,
	};
	if (dst)
		sm->daylight_saving |= PTP_SMPTE_DST_NOW;
	if (j.utc_s ? j.dst : dst)
		sm->daylight_saving |= PTP_SMPTE_DST_NEXT;
	if (j.utc_s) {
		sm->jump = j.by_s;
		/* TAI of when it has happened: a leap second that is inserted comes before */
		sm->next_jump_tai_s = (u64)(j.utc_s + now->utc_offset + (j.leap ? now->leap : 0));
	}
	if (cfg->jam_s != PTP_SMPTE_NO_JAM)
		fill_jams(cfg, place, now, &j, sm);
}

int ptp_smpte_rate_parse(const char *text, struct ptp_smpte_config *cfg)
{
	unsigned long rate, base = 1;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	rate = strtoul(text, &end, 10);
	if (*end == '/') {
		if (end[1] < '0' || end[1] > '9')
			return -EINVAL;
		base = strtoul(end + 1, &end, 10);
	}
	if (*end || errno || rate > UINT32_MAX || base > UINT32_MAX || !base || rate < base ||
	    rate > base * RATE_MAX)
		return -EINVAL;
	cfg->frame_rate = (u32)rate;
	cfg->frame_rate_base = (u32)base;
	return 0;
}

static const char *const names[] = {
	[PTP_SMPTE_UNUSED] = "unused",		     [PTP_SMPTE_FREE_RUN] = "free-run",
	[PTP_SMPTE_COLD_LOCKING] = "cold-locking",   [PTP_SMPTE_WARM_LOCKING] = "warm-locking",
	[PTP_SMPTE_LOCKED] = "locked",
};

const char *ptp_smpte_locking_name(u8 locking)
{
	return locking < ARRAY_SIZE(names) ? names[locking] : "unknown";
}
