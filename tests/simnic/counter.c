// SPDX-License-Identifier: GPL-2.0
#include "counter.h"

#define NEVER ((s64)(~0ULL >> 1))
/* A clock at half speed needs about this many rounds to the last bit. */
#define ROUNDS_MAX 128

static s64 oscillator_rate(const struct simnic_counter *c)
{
	return c->error + c->wandered;
}

static void begin_piece(struct simnic_counter *c, s64 start, __int128 value)
{
	c->head = (c->head + 1) % SIMNIC_PIECES;
	if (c->count < SIMNIC_PIECES)
		c->count++;
	c->piece[c->head] = (struct simnic_piece) {
		.value = value,
		.start = start,
		.rate = simnic_rate_compose(oscillator_rate(c), c->adjustment),
	};
}

static __int128 piece_at(const struct simnic_piece *p, s64 t)
{
	return p->value + simnic_fix_ns(t - p->start) + simnic_rate_times(p->rate, t - p->start);
}

static void continue_with_rate(struct simnic_counter *c, s64 now)
{
	begin_piece(c, now, piece_at(&c->piece[c->head], now));
}

void simnic_counter_init(struct simnic_counter *c, s64 now, s64 reading_ns, u64 seed)
{
	*c = (struct simnic_counter) { .next_wander = NEVER };
	simnic_random_seed(&c->random, seed);
	begin_piece(c, now, simnic_fix_ns(reading_ns));
}

void simnic_counter_advance(struct simnic_counter *c, s64 now)
{
	s64 step;

	while (c->next_wander <= now) {
		step = (s64)(((__int128)simnic_random_normal(&c->random) * c->wander) >> 32);
		c->wandered += step;
		continue_with_rate(c, c->next_wander);
		c->next_wander += SIMNIC_WANDER_NS;
	}
}

void simnic_counter_adjust(struct simnic_counter *c, s64 now, s64 rate)
{
	simnic_counter_advance(c, now);
	c->adjustment = rate;
	continue_with_rate(c, now);
}

void simnic_counter_step(struct simnic_counter *c, s64 now, s64 delta_ns)
{
	simnic_counter_advance(c, now);
	begin_piece(c, now, piece_at(&c->piece[c->head], now) + simnic_fix_ns(delta_ns));
}

void simnic_counter_set(struct simnic_counter *c, s64 now, s64 reading_ns)
{
	simnic_counter_advance(c, now);
	begin_piece(c, now, simnic_fix_ns(reading_ns));
}

void simnic_counter_set_error(struct simnic_counter *c, s64 now, s64 rate)
{
	simnic_counter_advance(c, now);
	c->error = rate;
	c->wandered = 0;
	continue_with_rate(c, now);
}

void simnic_counter_set_wander(struct simnic_counter *c, s64 now, s64 ppt_sqrt_s)
{
	simnic_counter_advance(c, now);
	c->wander = simnic_rate(ppt_sqrt_s, 1000000000000LL * SIMNIC_WANDER_PER_SQRT_S);
	c->next_wander = c->wander ? now + SIMNIC_WANDER_NS : NEVER;
}

void simnic_counter_seed(struct simnic_counter *c, u64 seed)
{
	simnic_random_seed(&c->random, seed);
}

__int128 simnic_counter_at(const struct simnic_counter *c, s64 t)
{
	unsigned int back, i = c->head;

	for (back = 1; back < c->count && c->piece[i].start > t; back++)
		i = (i + SIMNIC_PIECES - 1) % SIMNIC_PIECES;
	return piece_at(&c->piece[i], t);
}

s64 simnic_counter_when(const struct simnic_counter *c, s64 reading_ns)
{
	const struct simnic_piece *p = &c->piece[c->head];
	__int128 wanted = simnic_fix_ns(reading_ns), missing;
	s64 t = p->start, round;

	/* each round leaves what the rate's excess makes of the correction before */
	for (round = 0; round < ROUNDS_MAX; round++) {
		missing = wanted - piece_at(p, t);
		if (!simnic_ns(missing) || !simnic_ns(missing + simnic_fix_ns(1)))
			break;
		t += simnic_ns(missing);
	}
	while (piece_at(p, t) < wanted)
		t++;
	while (piece_at(p, t - 1) >= wanted)
		t--;
	return t;
}
