// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of scenarios; what each field means is in scenario.h.
 *
 * Limits of the first six: 0.75 of the best-tuned chronyd at the same packet
 * rate, half of the default one where only that is known (see
 * Documentation/accuracy.md). All others are relative to the floor that the
 * oracle reaches (ats-sim --floor) or to what the scenario is about.
 */
#include "scenario.h"

#define NS 1.0
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
#define SOFT PATH(100 * US, EXP(20 * US))
#define FAR PATH(10 * MS, EXP(2 * MS))
#define RMS(p, limit) { .poll = (p), .rms_ns = (limit) }
#define HALF 20000
#define HOUR 3600
#define EVER 1e9
#define ANY 0xffffffffu

const struct scenario scenario_table[] = {
	{
		.name = "lan-quiet", .what = "LAN, 200 ns exponential jitter",
		.oscillator = CALM, .nsource = 1,
		.source = { { PATH(50 * US, EXP(200)) } },
		.limit = {
			{ .poll = 0, .rms_ns = 14.5 * NS, .converged_s = 600 },
			RMS(4, 72 * NS), RMS(6, 145 * NS),
		},
	},
	{
		.name = "lan-soft", .what = "LAN, 20 us exponential jitter",
		.oscillator = CALM, .nsource = 1, .source = LAN(EXP(20 * US)),
		.limit = {
			{ .poll = 0, .rms_ns = 0.35 * US, .converged_s = 100 },
			RMS(4, 1.31 * US), RMS(6, 2.52 * US),
		},
	},
	{
		.name = "wan", .what = "WAN, jitter 3 ms up and 1 ms down",
		.oscillator = CALM, .nsource = 1,
		.source = { { .fwd = WAY(10 * MS, EXP(3 * MS)), .back = WAY(10 * MS, EXP(1 * MS)) } },
		.limit = { RMS(0, 15 * US), RMS(4, 60 * US), RMS(6, 123 * US) },
	},
	{
		.name = "temperature", .what = "0.1 ppm hourly cycle, strong wander, 10 us jitter",
		.oscillator = QUARTZ(.wander = 1 * PPB, .cycle = 0.1 * PPM, .cycle_s = HOUR),
		.nsource = 1, .source = LAN(EXP(10 * US)),
		/* at poll 6 0.75 of chronyd would be below the floor: as a simple Kalman filter */
		/* 4.2 us on average at 64 s, one seed is up to 10 % off */
		.limit = { RMS(0, 0.5 * US), RMS(4, 1.92 * US), RMS(6, 4.7 * US) },
	},
	{
		.name = "three", .what = "three servers, one 50 ms false, one silent for a third",
		.oscillator = CALM, .nsource = 3,
		.source = {
			{ FAR },
			{ FAR, .server = { .offset_ns = 50 * MS } },
			{ FAR, .server = { .silent_from_s = 13333, .silent_to_s = 26667 } },
		},
		.limit = { RMS(0, 20 * US), RMS(4, 80 * US), RMS(6, 176 * US) },
	},
	{
		.name = "route-both", .what = "wan, and 10 ms more both ways halfway",
		.oscillator = QUARTZ(.wander = 1 * PPB), .nsource = 1, .late_s = HALF + HOUR,
		.source = { {
			.fwd = { .base_ns = 10 * MS, .noise = EXP(3 * MS), .route = { HALF, 10 * MS } },
			.back = { .base_ns = 10 * MS, .noise = EXP(1 * MS), .route = { HALF, 10 * MS } },
		} },
		.limit = {
			{ .poll = 0, .rms_ns = 100 * US, .late_rms_ns = 50 * US },
			{ .poll = 4, .rms_ns = 400 * US, .late_rms_ns = 200 * US },
			{ .poll = 6, .rms_ns = 460 * US, .late_rms_ns = 400 * US },
		},
	},
	{	/* what moved is not the clock; which way cannot be told: up to 5 ms are lost */
		.name = "route-oneway", .what = "wan, and 10 ms more up only halfway",
		.oscillator = QUARTZ(.wander = 1 * PPB), .nsource = 1, .late_s = HALF + HOUR,
		.source = { {
			.fwd = { .base_ns = 10 * MS, .noise = EXP(3 * MS), .route = { HALF, 10 * MS } },
			.back = WAY(10 * MS, EXP(1 * MS)),
		} },
		.limit = {
			{ .poll = 0, .max_ns = 7 * MS }, { .poll = 4, .max_ns = 7 * MS },
			{ .poll = 6, .max_ns = 7 * MS },
		},
	},
	{
		.name = "two-left", .what = "as three, but the third never comes back",
		.oscillator = CALM, .nsource = 3, .late_s = HALF,
		.source = {
			{ FAR },
			{ FAR, .server = { .offset_ns = 50 * MS } },
			{ FAR, .server = { .silent_from_s = 13333, .silent_to_s = EVER } },
		},
		.limit = {
			{ .poll = 0, .max_ns = 2 * MS, .late_rms_ns = 50 * US },
			{ .poll = 4, .max_ns = 3 * MS, .late_rms_ns = 200 * US },
			{ .poll = 6, .max_ns = 3 * MS, .late_rms_ns = 300 * US },
		},
	},
	{
		.name = "flapping", .what = "three servers, one jumps by 100 ms every 5 min",
		.oscillator = CALM, .nsource = 3,
		.source = { { SOFT }, { SOFT }, { SOFT, .server = { .flap_s = 300, .flap_ns = 100 * MS } } },
		.limit = { { .poll = 0, .max_ns = 50 * US }, { .poll = 6, .max_ns = 100 * US } },
	},
	{
		.name = "drifting", .what = "three servers, one gains 1 ppm on true time",
		.oscillator = CALM, .nsource = 3,
		.source = { { SOFT }, { SOFT }, { SOFT, .server = { .freq = 1 * PPM } } },
		/* indistinguishable while it is within the others' root distance of 200 us */
		.limit = { { .poll = 0, .max_ns = 200 * US }, { .poll = 6, .max_ns = 200 * US } },
	},
	{
		.name = "silent", .what = "three servers, one never answers",
		.oscillator = CALM, .nsource = 3,
		.source = { { SOFT }, { SOFT, .server = { .silent_to_s = EVER } }, { SOFT } },
		.limit = { RMS(0, 0.35 * US), RMS(6, 2.52 * US) },
	},
	{
		.name = "blinking", .what = "the only server is silent every other 10 min",
		.oscillator = CALM, .nsource = 1, .source = { { SOFT, .server = { .blink_s = 600 } } },
		.limit = { { .poll = 0, .rms_ns = 2 * US, .max_ns = 20 * US },
			   { .poll = 6, .rms_ns = 8 * US, .max_ns = 80 * US } },
	},
	{
		.name = "burst", .what = "20 us jitter, 400 us for 120 s of every 997 s",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_BURST, .scale_ns = 20 * US, .far_ns = 400 * US,
				.burst_s = 120, .quiet_s = 877 }),
		.limit = { RMS(0, 0.5 * US), RMS(4, 2 * US), RMS(6, 4 * US) },
	},
	{
		.name = "bimodal", .what = "5 us jitter, 30 % of packets 200 us late",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_BIMODAL, .scale_ns = 5 * US, .far_ns = 200 * US,
				.far_chance = 0.3 }),
		.limit = { RMS(0, 0.3 * US), RMS(4, 1.2 * US), RMS(6, 3 * US) },
	},
	{
		.name = "bimodal-heavy", .what = "5 us jitter, 80 % of packets 200 us late",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_BIMODAL, .scale_ns = 5 * US, .far_ns = 200 * US,
				.far_chance = 0.8 }),
		.limit = { RMS(0, 3 * US), RMS(4, 15 * US), RMS(6, 40 * US) },
	},
	{
		.name = "pareto", .what = "10 us jitter with heavy tails (alpha 1.5)",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_PARETO, .scale_ns = 10 * US, .shape = 1.5 }),
		.limit = { RMS(0, 0.35 * US), RMS(4, 1.3 * US), RMS(6, 2.5 * US) },
	},
	{
		.name = "lognormal", .what = "20 us lognormal jitter (sigma 1)",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_LOGNORMAL, .scale_ns = 20 * US, .shape = 1 }),
		.limit = { RMS(0, 1 * US), RMS(4, 2.5 * US), RMS(6, 4 * US) },
	},
	{
		.name = "gamma", .what = "sum of four 10 us exponentials: few fast packets",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_GAMMA, .scale_ns = 40 * US, .shape = 4 }),
		.limit = { RMS(0, 1.5 * US), RMS(4, 3 * US), RMS(6, 5 * US) },
	},
	{
		.name = "gauss", .what = "10 us normal jitter, both sides of the base",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_GAUSS, .scale_ns = 10 * US }),
		.limit = { RMS(0, 1 * US), RMS(4, 2.5 * US), RMS(6, 4 * US) },
	},
	{
		.name = "gamma-50", .what = "nearly normal jitter far from the base, sd 20 us",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_GAMMA, .scale_ns = 140 * US, .shape = 50 }),
		.limit = { RMS(0, 1.5 * US), RMS(4, 4 * US), RMS(6, 6 * US) },
	},
	{
		.name = "uniform", .what = "uniform jitter, 0..40 us",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_UNIFORM, .scale_ns = 20 * US }),
		.limit = { RMS(0, 0.8 * US), RMS(4, 2 * US), RMS(6, 3.5 * US) },
	},
	{
		.name = "coalesce", .what = "1 us jitter, answers wait up to 50 us in the NIC",
		.oscillator = CALM, .nsource = 1,
		.source = { {
			.fwd = WAY(100 * US, EXP(1 * US)),
			.back = WAY(100 * US, { .kind = NOISE_COALESCE, .scale_ns = 1 * US,
						.far_ns = 50 * US }),
		} },
		.limit = { RMS(0, 3 * US), RMS(4, 6 * US), RMS(6, 8 * US) },
	},
	{
		.name = "load", .what = "jitter swings between 1 and 40 us in 2 h",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_LOAD, .scale_ns = 20 * US, .period_s = 2 * HOUR }),
		.limit = { RMS(0, 0.5 * US), RMS(4, 1.5 * US), RMS(6, 3 * US) },
	},
	{
		.name = "queue", .what = "20 us jitter of a busy queue with 60 s memory",
		.oscillator = CALM, .nsource = 1,
		.source = LAN({ .kind = NOISE_QUEUE, .scale_ns = 20 * US, .period_s = 60 }),
		/*
		 * Noise that stays the same for 60 polls in a row is where the estimator
		 * is weak: an estimator of independent samples at 64 s does better.
		 */
		.limit = { RMS(0, 40 * US), RMS(4, 4 * US), RMS(6, 4 * US) },
	},
	{
		.name = "constant", .what = "no jitter at all",
		.oscillator = CALM, .nsource = 1, .source = LAN({ .kind = NOISE_NONE }),
		.limit = { RMS(0, 10 * NS), RMS(4, 20 * NS), RMS(6, 120 * NS) },
	},
	{
		.name = "loss", .what = "20 us jitter, 10 % of packets lost each way",
		.oscillator = CALM, .nsource = 1,
		.source = { {
			.fwd = { .base_ns = 100 * US, .noise = EXP(20 * US), .loss = 0.1 },
			.back = { .base_ns = 100 * US, .noise = EXP(20 * US), .loss = 0.1 },
		} },
		.limit = { RMS(0, 0.4 * US), RMS(4, 1.6 * US), RMS(6, 3 * US) },
	},
	{
		.name = "lost-stamps", .what = "20 us jitter, 30 % of transmit stamps lost",
		.oscillator = CALM, .nsource = 1, .lost_tx = 0.3, .source = { { SOFT } },
		.limit = { RMS(0, 0.5 * US), RMS(4, 1.8 * US), RMS(6, 3.2 * US) },
	},
	{
		.name = "mute", .what = "20 us jitter, the server loses 30 % of its transmit stamps",
		.oscillator = CALM, .nsource = 1, .source = { { SOFT, .server = { .mute_chance = 0.3 } } },
		.limit = { RMS(0, 0.5 * US), RMS(4, 1.8 * US), RMS(6, 3.2 * US) },
	},
	{
		.name = "thermal", .what = "20 us jitter, frequency jumps by 0.5 ppm every 10000 s",
		.oscillator = QUARTZ(.wander = 0.1 * PPB, .toggle = 0.5 * PPM, .toggle_s = 10000),
		.nsource = 1, .source = { { SOFT } },
		.limit = { RMS(0, 3 * US), RMS(4, 8 * US), RMS(6, 15 * US) },
	},
	{
		.name = "freq-jump", .what = "20 us jitter, frequency jumps by 5 ppm halfway",
		.oscillator = QUARTZ(.wander = 0.1 * PPB, .jump = 5 * PPM, .jump_s = HALF),
		.nsource = 1, .source = { { SOFT } }, .late_s = HALF + HOUR,
		/* 5 ppm for 40 s, 10 polls, 8 polls; no bound can know of it beforehand */
		.limit = {
			{ .poll = 0, .max_ns = 200 * US, .late_rms_ns = 0.5 * US,
			  .broken_bounds = 30 },
			{ .poll = 4, .max_ns = 800 * US, .late_rms_ns = 2 * US,
			  .broken_bounds = 160 },
			{ .poll = 6, .max_ns = 2.5 * MS, .late_rms_ns = 4 * US,
			  .broken_bounds = 500 },
		},
	},
	{
		/* late figures are against true time, so the first half is the wrong one */
		.name = "step", .what = "20 us jitter, the only server steps by 100 ms halfway",
		.oscillator = CALM, .nsource = 1, .late_s = HALF + HOUR,
		.source = { { SOFT, .server = { .offset_ns = -100 * MS, .step_s = HALF,
						.step_ns = 100 * MS } } },
		.limit = {
			{ .poll = 0, .late_rms_ns = 1 * US, .broken_bounds = ANY },
			{ .poll = 4, .late_rms_ns = 3 * US, .broken_bounds = ANY },
			{ .poll = 6, .late_rms_ns = 5 * US, .broken_bounds = ANY },
		},
	},
	{
		.name = "holdover", .what = "24 h outage after 12 h of a good server",
		.oscillator = CALM, .nsource = 1, .duration_s = 38 * HOUR, .late_s = 36 * HOUR + 600,
		.source = { { SOFT, .server = { .silent_from_s = 12 * HOUR,
						.silent_to_s = 36 * HOUR } } },
		/* wander alone: 0.1 ppb * sqrt(86400^3 / 3) = 1.5 ms, 1 sigma */
		.limit = {
			{ .poll = 0, .max_ns = 5 * MS, .late_rms_ns = 1 * US },
			{ .poll = 6, .max_ns = 5 * MS, .late_rms_ns = 5 * US },
		},
	},
	{
		.name = "leap-insert", .what = "a leap second is inserted halfway, 20 us jitter",
		.oscillator = CALM, .nsource = 1, .leap = 1, .source = { { SOFT } },
		.limit = { { .poll = 0, .max_ns = 50 * US }, { .poll = 4, .max_ns = 100 * US },
			   { .poll = 6, .max_ns = 100 * US } },
	},
	{
		.name = "leap-delete", .what = "a leap second is left out halfway, 20 us jitter",
		.oscillator = CALM, .nsource = 1, .leap = -1, .source = { { SOFT } },
		.limit = { { .poll = 0, .max_ns = 50 * US }, { .poll = 4, .max_ns = 100 * US },
			   { .poll = 6, .max_ns = 100 * US } },
	},
};

const unsigned int scenario_count = ARRAY_SIZE(scenario_table);
