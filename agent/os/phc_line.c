// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/phc_line.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A reading further off the line than bracket and drift explain is a step. */
#define STEP_NS 1000.0
#define STEP_DRIFT 1e-5		/* ratio; somebody may be steering the NIC's clock */
#define RATE_LIMIT 0.1		/* of one clock against the other */
#define FIT_MIN 6		/* readings that a noise is judged by */
/*
 * Longer history is used while it fits nearly as well as the shorter one: the scatter of
 * n readings is known to about one part in sqrt(2 n).
 */
#define FIT_WORSE(n) (1.0 + 3.5 / sqrt(n))
#define FIT_FLOOR_NS 0.5	/* rounding of the readings */
#define FIT_OLDEST_S 40.0	/* crystals wander: older readings are not looked at */
#define KNOWN_S 0.9		/* or so far apart that two do */
#define STRAIGHT_S 3.0		/* what holds so long is a line */
/* Rate of two crystals that nothing is known of yet */
#define UNKNOWN_RATE 1e-4

struct fit {
	double offset, slope, noise, var_offset, var_slope, cov;
};

static unsigned int nth(const struct phc_line *l, unsigned int back)
{
	return (l->head + PHC_LINE_READINGS - back) % PHC_LINE_READINGS;
}

void phc_line_reset(struct phc_line *l)
{
	memset(l, 0, sizeof(*l));
}

/* Seconds before the newest reading (<= 0), and growth of the offset since then. */
static double x_of(const struct phc_line *l, unsigned int back)
{
	return (double)(l->reading[nth(l, back)].phc - l->reading[l->head].phc) * 1e-9;
}

static double y_of(const struct phc_line *l, unsigned int back)
{
	s64 dlocal = l->reading[nth(l, back)].local - l->reading[l->head].local;
	s64 dphc = l->reading[nth(l, back)].phc - l->reading[l->head].phc;

	return (double)(dlocal - dphc);
}

/* A bracket longer than the shortest may be off by the difference. */
static double weight(const struct phc_line *l, unsigned int back, double shortest)
{
	double excess = l->reading[nth(l, back)].bound_ns - shortest;
	double base = shortest / 10 + FIT_FLOOR_NS;

	return 1 / (base * base + excess * excess);
}

/* Weighted least squares over the newest @n >= 3 readings. */
static void fit_line(const struct phc_line *l, unsigned int n, struct fit *f)
{
	double sw = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, ss = 0, shortest = INFINITY;
	double w, x, y, mx, my, scale;
	unsigned int i;

	for (i = 0; i < n; i++)
		shortest = fmin(shortest, l->reading[nth(l, i)].bound_ns);
	for (i = 0; i < n; i++) {
		w = weight(l, i, shortest);
		sw += w;
		sx += w * x_of(l, i);
		sy += w * y_of(l, i);
	}
	mx = sx / sw;
	my = sy / sw;
	for (i = 0; i < n; i++) {
		w = weight(l, i, shortest);
		x = x_of(l, i) - mx;
		sxx += w * x * x;
		sxy += w * x * (y_of(l, i) - my);
	}
	f->slope = sxy / sxx;
	f->offset = my - f->slope * mx;
	for (i = 0; i < n; i++) {
		y = y_of(l, i) - f->offset - f->slope * x_of(l, i);
		ss += weight(l, i, shortest) * y * y;
	}
	/* the weights are right but for a common factor, seen in the residuals */
	scale = ss / (n - 2);
	f->noise = sqrt(scale * n / sw);
	f->var_slope = scale / sxx;
	f->var_offset = scale / sw + mx * mx * f->var_slope;
	f->cov = -mx * f->var_slope;
}

static void use_fit(struct phc_line *l, unsigned int n, const struct fit *f)
{
	l->used = n;
	l->offset_ns = f->offset;
	l->slope = f->slope;
	l->noise_ns = f->noise;
	l->var_offset = f->var_offset;
	l->var_slope = f->var_slope;
	l->cov = f->cov;
}

/* One reading: nothing known of the rate. Two: the line through both. */
static void fit_few(struct phc_line *l)
{
	double bound = l->reading[l->head].bound_ns + FIT_FLOOR_NS, dx;
	struct fit f = { .noise = bound, .var_offset = bound * bound,
			 .var_slope = UNKNOWN_RATE * UNKNOWN_RATE * 1e18 };

	if (l->count == 2) {
		dx = -x_of(l, 1);
		f.slope = -y_of(l, 1) / dx;
		f.var_slope = 2 * bound * bound / (dx * dx);
		f.cov = bound * bound / dx;
	}
	use_fit(l, l->count, &f);
}

static void fit_again(struct phc_line *l)
{
	unsigned int n = l->count < FIT_MIN ? l->count : FIT_MIN;
	double limit, worse;
	struct fit f;

	if (l->count < 3) {
		fit_few(l);
		return;
	}
	fit_line(l, n, &f);
	use_fit(l, n, &f);
	limit = f.noise;
	while (n < l->count) {
		worse = FIT_WORSE(n);
		n = n * 3 / 2 < l->count ? n * 3 / 2 : l->count;
		if (x_of(l, n - 1) < -FIT_OLDEST_S)
			break;
		fit_line(l, n, &f);
		if (f.noise > worse * limit + FIT_FLOOR_NS)
			break;
		limit = fmax(limit, f.noise);
		use_fit(l, n, &f);
	}
}

/* Does a reading follow from those before it? */
static bool follows(const struct phc_line *l, s64 phc, s64 local, double bound_ns)
{
	s64 dphc = phc - l->reading[l->head].phc, dlocal = local - l->reading[l->head].local;
	double dt = (double)dphc * 1e-9, off, allowed;

	if (dphc <= 0 || dlocal <= 0 || fabs((double)dlocal / (double)dphc - 1) > RATE_LIMIT)
		return false;
	if (l->count < 2)
		return true;
	off = (double)(dlocal - dphc) - l->offset_ns - l->slope * dt;
	allowed = STEP_NS + bound_ns + l->reading[l->head].bound_ns + STEP_DRIFT * 1e9 * dt +
		5 * sqrt(l->var_offset + dt * dt * l->var_slope + 2 * dt * l->cov);
	return fabs(off) <= allowed;
}

bool phc_line_add(struct phc_line *l, s64 phc, s64 local, double bound_ns)
{
	bool ok = !l->count || follows(l, phc, local, bound_ns);

	if (!ok)
		phc_line_reset(l);
	if (l->count)
		l->head = (l->head + 1) % PHC_LINE_READINGS;
	if (l->count < PHC_LINE_READINGS)
		l->count++;
	l->reading[l->head].phc = phc;
	l->reading[l->head].local = local;
	l->reading[l->head].bound_ns = bound_ns;
	fit_again(l);
	return ok;
}

/* A few readings in quick succession say little of the rate, and do not know how little. */
static bool known(const struct phc_line *l)
{
	return l->count >= FIT_MIN || (l->count >= 2 && x_of(l, l->count - 1) <= -KNOWN_S);
}

bool phc_line_straight(const struct phc_line *l)
{
	return l->used && x_of(l, l->used - 1) <= -STRAIGHT_S;
}

bool phc_line_bent(const struct phc_line *l)
{
	return l->used < l->count && x_of(l, l->count - 1) <= -STRAIGHT_S && !phc_line_straight(l);
}

bool phc_line_integer(const struct phc_line *l, struct phc_stamp_line *out)
{
	if (!known(l))
		return false;
	out->phc = l->reading[l->head].phc;
	out->sys = l->reading[l->head].local + llround(l->offset_ns);
	out->rate = llround(l->slope * 1e-9 * (double)(1LL << PHC_STAMP_RATE_SHIFT));
	return phc_stamp_line_ok(out);
}

double phc_line_error(const struct phc_line *l, s64 phc)
{
	double x = (double)(phc - l->reading[l->head].phc) * 1e-9;

	return sqrt(fmax(0, l->var_offset + x * x * l->var_slope + 2 * x * l->cov));
}

int phc_line_convert(const struct phc_line *l, s64 phc, s64 *local, double *error_ns)
{
	struct phc_stamp_line line;

	if (!phc_line_integer(l, &line))
		return -EAGAIN;
	if (!phc_stamp_to_sys(&line, phc, local))
		return -ERANGE;
	*error_ns = phc_line_error(l, phc);
	return 0;
}
