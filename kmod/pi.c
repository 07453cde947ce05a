// SPDX-License-Identifier: GPL-2.0
#include "pi.h"

/*
 * Inside, a frequency is in 2^-24 ppb: 1e9 ppb need 54 bits, and the integral grows
 * by less than 1e-7 ppb without losing it.
 */
#define UNIT_BITS 24
#define SCALED_PPM (1000LL << (UNIT_BITS - 16))
#define SCALED_PPM_MAX (1000000LL << 16)
#define GAIN_BITS 16

/* Two offsets must be this far apart, over ki, for an estimate of the frequency. */
#define ESTIMATE_NS 16000000ULL
#define ESTIMATE_MAX_NS 1000000000000LL
/* Above this, in the time between two offsets, a difference is no frequency. */
#define DIFFERENCE_MAX_NS 8000000000LL

/* 2^(-2^-i) in 2^-30, for i = 1 ... 16 */
static const u32 root_of_half[] = {
	759250125, 902905651, 984625594, 1028218693, 1050733751, 1062175491,
	1067942999, 1070838486, 1072289173, 1073015252, 1073378477, 1073560135,
	1073650976, 1073696399, 1073719111, 1073730468,
};

/* log2 of @v > 0 in 2^-16 */
static s32 log2_fixed(u64 v)
{
	s32 whole = 63, log, i;

	while (!(v >> 63)) {
		v <<= 1;
		whole--;
	}
	log = whole;
	v >>= 32;
	for (i = 0; i < 16; i++) {
		v = (v * v) >> 31;
		log *= 2;
		if (v >> 32) {
			log++;
			v >>= 1;
		}
	}
	return log;
}

/* 2^@x in 2^-30; @x in 2^-16, above -30 and below 30 */
static u64 exp2_fixed(s32 x)
{
	s32 whole = x >> 16, i;
	u32 below = (65536 - (x & 65535)) & 65535;	/* down from the next whole power */
	u64 v = 1ULL << 30;

	if (below)
		whole++;
	for (i = 0; i < 16; i++)
		if (below & (32768 >> i))
			v = (v * root_of_half[i]) >> 30;
	return whole < 0 ? v >> -whole : v << whole;
}

void ats_pi_usual(u64 interval, u32 *kp, u32 *ki)
{
	/* log2 of seconds: 1e9 ns are 29.897... */
	s32 log = log2_fixed(interval) - 1959353;
	/* of the terms, in tenths: rounding of some 1e-5 */
	s32 p = log > 0 ? -log : -(log * 3) / 10;
	s32 i = log > 0 ? -2 * log : -(log * 6) / 10;

	*kp = (u32)((exp2_fixed(p) * 7 / 10) >> (30 - GAIN_BITS));
	*ki = (u32)((exp2_fixed(i) * 3 / 10) >> (30 - GAIN_BITS));
	/* at the longest intervals it is near the resolution */
	if (!*ki)
		*ki = 1;
}

/* @gain in 2^-16 over @ns, in 2^-16; saturates */
static u64 gain_over(u64 gain, u64 ns)
{
	if (ns && gain > ~0ULL / ns)
		return ~0ULL / NSEC_PER_SEC;
	return div64_u64(gain * ns, NSEC_PER_SEC);
}

/*
 * The offset after a sample depends on the two before by z^2 - (2 - a - b) z + 1 - a,
 * where a = kp I and b = ki I^2: its roots are within the unit circle for 0 < a < 2
 * and 2 a + b < 4.
 */
bool ats_pi_stable(u64 interval, u32 kp, u32 ki)
{
	u64 a = gain_over(kp, interval);
	u64 b = gain_over(gain_over(ki, interval), interval);

	return kp && a < 2ULL << GAIN_BITS && b < 4ULL << GAIN_BITS &&
	       2 * a + b < 4ULL << GAIN_BITS;
}

void ats_pi_configure(struct ats_pi *pi, const struct ats_pi_config *config)
{
	pi->config = *config;
	pi->max = (s64)config->max_ppb << UNIT_BITS;
	pi->kp = (s64)config->kp << (UNIT_BITS - GAIN_BITS);
	/* stable: the product is below 4e9 2^GAIN_BITS / I, less than 2^58 */
	pi->ki = (s64)(div64_u64((config->ki * config->interval) << 4, NSEC_PER_SEC)
		       << (UNIT_BITS - GAIN_BITS - 4));
	pi->integral = ats_bounded(pi->integral, pi->max);
}

static s64 from_scaled_ppm(s64 frequency)
{
	return ats_bounded(frequency, SCALED_PPM_MAX) * SCALED_PPM;
}

static s64 to_scaled_ppm(s64 units)
{
	s64 half = units < 0 ? -SCALED_PPM / 2 : SCALED_PPM / 2;

	return div64_s64(units + half, SCALED_PPM);
}

void ats_pi_init(struct ats_pi *pi, const struct ats_pi_config *config, s64 frequency)
{
	*pi = (struct ats_pi) {
		.phase = ATS_PI_FIRST,
		.integral = from_scaled_ppm(frequency),
	};
	ats_pi_configure(pi, config);
}

s64 ats_pi_frequency(const struct ats_pi *pi)
{
	return to_scaled_ppm(pi->integral);
}

/* @gain times @offset, as far as the bound of the frequency allows. */
static s64 term(const struct ats_pi *pi, s64 gain, s64 offset)
{
	s64 most;

	if (!gain)
		return 0;
	most = div64_s64(pi->max, gain) + 1;
	return ats_bounded(gain * ats_bounded(offset, most), pi->max);
}

static enum ats_pi_action track(struct ats_pi *pi, s64 offset, s64 *frequency)
{
	s64 integral = pi->integral - term(pi, pi->ki, offset);
	s64 f = integral - term(pi, pi->kp, offset);

	/* at the bound it does not wind up */
	if (f == ats_bounded(f, pi->max))
		pi->integral = integral;
	*frequency = to_scaled_ppm(ats_bounded(f, pi->max));
	return ATS_PI_STEER;
}

/* By how much the clock gains, from two offsets. */
static s64 drift(const struct ats_pi *pi, s64 offset, s64 elapsed)
{
	s64 difference, ppb, rest;

	/* both could be at the ends of what an s64 holds */
	if (ats_magnitude(offset / 2 - pi->first_offset / 2) >= DIFFERENCE_MAX_NS / 2 - 1)
		return offset > pi->first_offset ? pi->max : -pi->max;
	difference = (offset - pi->first_offset) * NSEC_PER_SEC;
	ppb = div64_s64(difference, elapsed);
	rest = difference - ppb * elapsed;
	if (ats_magnitude(ppb) > pi->config.max_ppb)
		return ppb > 0 ? pi->max : -pi->max;
	/* rest is less than elapsed, which is less than 2^41 */
	return ppb * (1LL << UNIT_BITS) +
	       div64_s64(rest * (1LL << (UNIT_BITS - 4)), elapsed >> 4 ? elapsed >> 4 : 1);
}

static enum ats_pi_action begin(struct ats_pi *pi, s64 offset, s64 at)
{
	pi->first_offset = offset;
	pi->first_at = at;
	pi->phase = ATS_PI_ESTIMATE;
	return ATS_PI_WAIT;
}

static bool above(s64 offset, u64 limit)
{
	return limit && ats_magnitude(offset) > limit;
}

static enum ats_pi_action estimate(struct ats_pi *pi, s64 offset, s64 at, s64 *frequency)
{
	s64 elapsed = at - pi->first_at;
	s64 enough = ESTIMATE_MAX_NS;
	bool step;

	if (elapsed <= 0 || elapsed > 2 * ESTIMATE_MAX_NS)
		return begin(pi, offset, at);
	if (pi->ki)
		enough = ats_bounded((s64)(ESTIMATE_NS << UNIT_BITS) / pi->ki, ESTIMATE_MAX_NS);
	if (elapsed < enough)
		return ATS_PI_WAIT;
	pi->integral = ats_bounded(pi->integral - drift(pi, offset, elapsed), pi->max);
	step = above(offset, pi->config.step) ||
	       (!pi->stepped && above(offset, pi->config.first_step));
	pi->stepped = true;
	pi->phase = ATS_PI_TRACK;
	*frequency = to_scaled_ppm(pi->integral);
	return step ? ATS_PI_STEP : ATS_PI_STEER;
}

enum ats_pi_action ats_pi_sample(struct ats_pi *pi, s64 offset, s64 at, s64 *frequency)
{
	if (pi->phase == ATS_PI_ESTIMATE)
		return estimate(pi, offset, at, frequency);
	if (pi->phase == ATS_PI_TRACK && !above(offset, pi->config.step))
		return track(pi, offset, frequency);
	/* a step waits for more samples that say the same */
	return begin(pi, offset, at);
}
