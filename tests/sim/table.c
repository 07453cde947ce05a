// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of scenarios; what each field means is in scenario.h. The first
 * six are those that the figures of other daemons exist for.
 */
#include "scenario.h"

#define US 1e3
#define MS 1e6
#define PPM 1e-6
#define PPB 1e-9

/* Every clock starts 50 ms and 20 ppm off. */
#define QUARTZ(...) { .offset_ns = 50 * MS, .freq = 20 * PPM, __VA_ARGS__ }
#define CALM QUARTZ(.wander = 0.1 * PPB)

#define EXP(scale) { .kind = NOISE_EXPONENTIAL, .scale_ns = (scale) }
#define WAY(base, ...) { .base_ns = (base), .noise = __VA_ARGS__ }
#define PATH(base, ...) .fwd = WAY(base, __VA_ARGS__), .back = WAY(base, __VA_ARGS__)
/* Most of the laws live on a LAN of 100 us each way. */
#define LAN(...) { { PATH(100 * US, __VA_ARGS__) } }
#define HALF 20000

const struct scenario scenario_table[] = {
	{
		.name = "lan-quiet", .what = "LAN, 200 ns exponential jitter",
		.oscillator = CALM, .nsource = 1,
		.source = { { PATH(50 * US, EXP(200)) } },
	},
	{
		.name = "lan-soft", .what = "LAN, 20 us exponential jitter",
		.oscillator = CALM, .nsource = 1, .source = LAN(EXP(20 * US)),
	},
	{
		.name = "wan", .what = "WAN, jitter 3 ms up and 1 ms down",
		.oscillator = CALM, .nsource = 1,
		.source = { { .fwd = WAY(10 * MS, EXP(3 * MS)), .back = WAY(10 * MS, EXP(1 * MS)) } },
	},
	{
		.name = "temperature", .what = "0.1 ppm hourly cycle, strong wander, 10 us jitter",
		.oscillator = QUARTZ(.wander = 1 * PPB, .cycle = 0.1 * PPM, .cycle_s = 3600),
		.nsource = 1, .source = LAN(EXP(10 * US)),
	},
	{
		.name = "three", .what = "three servers, one 50 ms false, one silent for a third",
		.oscillator = CALM, .nsource = 3,
		.source = {
			{ PATH(10 * MS, EXP(2 * MS)) },
			{ PATH(10 * MS, EXP(2 * MS)), .server = { .offset_ns = 50 * MS } },
			{ PATH(10 * MS, EXP(2 * MS)),
			  .server = { .silent_from_s = 13333, .silent_to_s = 26667 } },
		},
	},
	{
		.name = "route-both", .what = "wan, and 10 ms more both ways halfway",
		.oscillator = QUARTZ(.wander = 1 * PPB), .nsource = 1,
		.source = { {
			.fwd = { .base_ns = 10 * MS, .noise = EXP(3 * MS), .route = { HALF, 10 * MS } },
			.back = { .base_ns = 10 * MS, .noise = EXP(1 * MS), .route = { HALF, 10 * MS } },
		} },
	},
	{
		.name = "route-oneway", .what = "wan, and 10 ms more up only halfway",
		.oscillator = QUARTZ(.wander = 1 * PPB), .nsource = 1,
		.source = { {
			.fwd = { .base_ns = 10 * MS, .noise = EXP(3 * MS), .route = { HALF, 10 * MS } },
			.back = WAY(10 * MS, EXP(1 * MS)),
		} },
	},
	{
		.name = "burst", .what = "20 us jitter, 400 us for 120 s of every 997 s",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_BURST, .scale_ns = 20 * US, .far_ns = 400 * US,
				.burst_s = 120, .quiet_s = 877 }),
	},
	{
		.name = "bimodal", .what = "5 us jitter, 30 % of packets 200 us late",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_BIMODAL, .scale_ns = 5 * US, .far_ns = 200 * US,
				.far_chance = 0.3 }),
	},
	{
		.name = "bimodal-heavy", .what = "5 us jitter, 80 % of packets 200 us late",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_BIMODAL, .scale_ns = 5 * US, .far_ns = 200 * US,
				.far_chance = 0.8 }),
	},
	{
		.name = "pareto", .what = "10 us jitter with heavy tails (alpha 1.5)",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_PARETO, .scale_ns = 10 * US, .shape = 1.5 }),
	},
	{
		.name = "lognormal", .what = "20 us lognormal jitter (sigma 1)",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_LOGNORMAL, .scale_ns = 20 * US, .shape = 1 }),
	},
	{
		.name = "gamma", .what = "sum of four 10 us exponentials: few fast packets",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_GAMMA, .scale_ns = 40 * US, .shape = 4 }),
	},
	{
		.name = "gauss", .what = "10 us normal jitter, both sides of the base",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_GAUSS, .scale_ns = 10 * US }),
	},
	{
		.name = "gamma-50", .what = "nearly normal jitter far from the base, sd 20 us",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_GAMMA, .scale_ns = 140 * US, .shape = 50 }),
	},
	{
		.name = "uniform", .what = "uniform jitter, 0..40 us",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_UNIFORM, .scale_ns = 20 * US }),
	},
	{
		.name = "coalesce", .what = "1 us jitter, answers wait up to 50 us in the NIC",
		.oscillator = CALM, .nsource = 1,
		.source = { {
			.fwd = WAY(100 * US, EXP(1 * US)),
			.back = WAY(100 * US, { .kind = NOISE_COALESCE, .scale_ns = 1 * US,
						.far_ns = 50 * US }),
		} },
	},
	{
		.name = "load", .what = "jitter swings between 1 and 40 us in 2 h",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_LOAD, .scale_ns = 20 * US, .period_s = 7200 }),
	},
	{
		.name = "queue", .what = "20 us jitter of a busy queue with 60 s memory",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_QUEUE, .scale_ns = 20 * US, .period_s = 60 }),
	},
	{
		.name = "constant", .what = "no jitter at all",
		.oscillator = CALM, .nsource = 1, .source = LAN({ .kind = NOISE_NONE }),
	},
	{
		.name = "loss", .what = "20 us jitter, 10 % of packets lost each way",
		.oscillator = CALM, .nsource = 1,
		.source = { {
			.fwd = { .base_ns = 100 * US, .noise = EXP(20 * US), .loss = 0.1 },
			.back = { .base_ns = 100 * US, .noise = EXP(20 * US), .loss = 0.1 },
		} },
	},
	{
		.name = "lost-stamps", .what = "20 us jitter, 30 % of transmit stamps lost",
		.oscillator = CALM, .nsource = 1, .lost_tx = 0.3, .source = LAN(EXP(20 * US)),
	},
	{
		.name = "thermal", .what = "20 us jitter, frequency jumps by 0.5 ppm every 10000 s",
		.oscillator = QUARTZ(.wander = 0.1 * PPB, .toggle = 0.5 * PPM, .toggle_s = 10000),
		.nsource = 1, .source = LAN(EXP(20 * US)),
	},
	{
		.name = "freq-jump", .what = "20 us jitter, frequency jumps by 5 ppm halfway",
		.oscillator = QUARTZ(.wander = 0.1 * PPB, .jump = 5 * PPM, .jump_s = HALF),
		.nsource = 1, .source = LAN(EXP(20 * US)),
	},
	{
		.name = "step", .what = "20 us jitter, the server steps by 100 ms halfway",
		.oscillator = CALM, .nsource = 1,
		.source = { { PATH(100 * US, EXP(20 * US)),
			      .server = { .step_s = HALF, .step_ns = 100 * MS } } },
	},
	{
		.name = "holdover", .what = "24 h outage after 12 h of a good server",
		.oscillator = CALM, .nsource = 1, .duration_s = 36 * 3600 + 7200,
		.source = { { PATH(100 * US, EXP(20 * US)),
			      .server = { .silent_from_s = 12 * 3600, .silent_to_s = 36 * 3600 } } },
	},
};

const unsigned int scenario_count = ARRAY_SIZE(scenario_table);
