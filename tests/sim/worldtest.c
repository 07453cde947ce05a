// SPDX-License-Identifier: GPL-2.0-or-later
#include "worldtest.h"

#include "network.h"
#include "oscillator.h"
#include "scenario.h"

static u64 mix(u64 hash, s64 v)
{
	for (int i = 0; i < 64; i += 8)
		hash = (hash ^ ((u64)v >> i & 0xff)) * 0x100000001b3ULL;
	return hash;
}

static u64 scenario_digest(u64 hash, const struct scenario *s, u64 seed, unsigned int seconds)
{
	struct oscillator o;
	struct path p;
	s64 arrival;

	oscillator_init(&o, &s->oscillator, 0, seed, 1);
	path_init(&p, &s->source[0].fwd, 0, seed, 2);
	for (unsigned int i = 0; i < seconds; i++) {
		hash = mix(hash, oscillator_read(&o, i * NSEC_PER_SEC + NSEC_PER_SEC / 3));
		if (path_transit(&p, o.now, &arrival))
			hash = mix(hash, arrival);
	}
	return hash;
}

u64 world_digest(u64 seed, unsigned int seconds)
{
	u64 hash = 0xcbf29ce484222325ULL;

	for (unsigned int i = 0; i < scenario_count; i++)
		hash = scenario_digest(hash, &scenario_table[i], seed, seconds);
	return hash;
}
