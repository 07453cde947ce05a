// SPDX-License-Identifier: GPL-2.0-or-later
/* Consistency, classes, weights; everything here sees only what the vote let pass. */
#include <math.h>
#include <stdlib.h>

#include "core/combine.h"

/*
 * Asymmetry that the bound allows and nobody can measure. For weights what is
 * usual; for contradiction what is still believable.
 */
#define ASYMMETRY_USUAL 0.1
#define ASYMMETRY_BELIEVED 0.25
#define CONTRADICTS 3.0		/* sigma */
#define CONTRADICTS_STILL 2.0	/* for one that did */
#define USELESS_VAR 100.0	/* times the best variance */
#define USELESS_VAR_STILL 50.0
#define KEEP_MIN 3
#define FADE_POLLS 4.0		/* time constant of a change of weights */
#define FADE_DEFAULT_S 16.0	/* the same where the poll is unknown */
#define SILENT_POLLS 2.0	/* from here on silence costs weight */
#define SILENT_GONE_POLLS 8.0
#define TRUST_MIN 1e-3
#define WEIGHT_MIN 1e-3		/* what fades is gone below this */
#define HYSTERESIS 1.5		/* advantage in weight that makes another the main source */
#define VAR_MIN 1.0		/* ns^2, of offsets */
#define FREQ_VAR_MIN 1e-24

static double sq(double x)
{
	return x * x;
}

/* The bound as far as it is a matter of measurements and statements */
static double stated_bound(const struct candidate *c)
{
	return fmax(c->bound_ns - c->assumed_ns, 0.0);
}

static double sigma(const struct candidate *c)
{
	return sqrt(sq(c->offset_sd_ns) + sq(ASYMMETRY_BELIEVED * stated_bound(c)) + VAR_MIN);
}

static int double_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * The median of the right ones. An even number of them has none that is more
 * than their mean: there the history is the odd voice.
 */
static double median(const struct candidate *c, const struct share *s, unsigned int n,
		     const struct select_history *h)
{
	double v[SELECT_MAX + 1];
	unsigned int k = 0;

	for (unsigned int i = 0; i < n; i++)
		if (s[i].right)
			v[k++] = c[i].offset_ns;
	if (k % 2 == 0 && h && h->valid)
		v[k++] = h->offset_ns;
	qsort(v, k, sizeof(v[0]), double_order);
	return k % 2 ? v[k / 2] : v[k / 2 - 1] / 2.0 + v[k / 2] / 2.0;
}

/* What the median is worth: the sigma of the source that is nearest to it. */
static double median_sigma(const struct candidate *c, const struct share *s, unsigned int n,
			   double at)
{
	double near = INFINITY, best = 0.0;

	for (unsigned int i = 0; i < n; i++) {
		double d = fabs(c[i].offset_ns - at);

		if (!s[i].right || d > near)
			continue;
		best = d < near ? sigma(&c[i]) : fmax(best, sigma(&c[i]));
		near = d;
	}
	return best;
}

/*
 * Doubt falls smoothly (Tukey's biweight) to 0 where a source contradicts.
 * When most do there is no telling which: then all stay.
 */
static void drop_contradicting(struct candidate *c, struct share *s, unsigned int n,
			       const struct select_history *h)
{
	unsigned int right = 0, consistent = 0;
	double m, m_sigma;

	for (unsigned int i = 0; i < n; i++) {
		right += s[i].right;
		s[i].doubt = 1.0;
	}
	if (right < 2)
		return;
	m = median(c, s, n, h);
	m_sigma = median_sigma(c, s, n, m);
	for (unsigned int i = 0; i < n; i++) {
		double z, limit = s[i].was_outlier ? CONTRADICTS_STILL : CONTRADICTS;

		if (!s[i].right)
			continue;
		z = fabs(c[i].offset_ns - m) / hypot(sigma(&c[i]), m_sigma);
		s[i].doubt = z < limit ? sq(1.0 - sq(z / CONTRADICTS)) : 0.0;
		consistent += z < limit;
	}
	for (unsigned int i = 0; i < n; i++) {
		if (!s[i].right)
			continue;
		if (2 * consistent < right) {
			s[i].doubt = 1.0;
		} else if (s[i].doubt <= 0.0) {
			c[i].state = SOURCE_OUTLIER;
			s[i].right = false;
			c[i].memory.weight = c[i].memory.freq_weight = 0.0;
		}
	}
}

/* Only the best class, and of that only the preferred if there are any. */
static void drop_backups(struct candidate *c, struct share *s, unsigned int n)
{
	bool prefer = false;
	int class = INT32_MAX;

	for (unsigned int i = 0; i < n; i++)
		if (s[i].right && c[i].priority < class)
			class = c[i].priority;
	for (unsigned int i = 0; i < n; i++)
		prefer = prefer || (s[i].right && c[i].priority == class && c[i].prefer);
	for (unsigned int i = 0; i < n; i++) {
		if (s[i].right && (c[i].priority != class || c[i].prefer != prefer)) {
			c[i].state = SOURCE_BACKUP;
			s[i].right = false;
		}
	}
}

static void drop_useless(struct candidate *c, struct share *s, unsigned int n)
{
	double var[SELECT_MAX];
	unsigned int k = 0;

	for (unsigned int i = 0; i < n; i++) {
		s[i].var = sq(c[i].offset_sd_ns) + sq(ASYMMETRY_USUAL * stated_bound(&c[i])) + VAR_MIN;
		if (s[i].right)
			var[k++] = s[i].var;
	}
	if (k <= KEEP_MIN)
		return;
	qsort(var, k, sizeof(var[0]), double_order);
	for (unsigned int i = 0; i < n; i++) {
		double limit = s[i].was_outlier ? USELESS_VAR_STILL : USELESS_VAR;

		if (s[i].right && s[i].var > var[KEEP_MIN - 1] && s[i].var > limit * var[0]) {
			c[i].state = SOURCE_OUTLIER;
			s[i].right = false;
		}
	}
}

static double freshness(const struct candidate *c)
{
	double polls;

	if (!(c->poll_s > 0.0))
		return 1.0;
	polls = c->silent_s / c->poll_s;
	if (polls <= SILENT_POLLS)
		return 1.0;
	return fmax(0.0, (SILENT_GONE_POLLS - polls) / (SILENT_GONE_POLLS - SILENT_POLLS));
}

/* Who was false lately may be about to be so again. */
static double trust(const struct candidate *c, const struct share *s)
{
	return fmax(freshness(c) * s->doubt * sq(1.0 - c->memory.false_score), TRUST_MIN);
}

/* Where the weights want to be; false when there is nothing to weigh. */
static bool set_targets(const struct candidate *c, struct share *s, unsigned int n)
{
	double sum = 0.0, freq_sum = 0.0;

	for (unsigned int i = 0; i < n; i++) {
		double t = trust(&c[i], &s[i]);

		s[i].target = s[i].freq_target = 0.0;
		if (!s[i].right)
			continue;
		s[i].target = t / s[i].var;
		s[i].freq_target = t / (sq(c[i].freq_sd) + FREQ_VAR_MIN);
		sum += s[i].target;
		freq_sum += s[i].freq_target;
	}
	if (sum <= 0.0)
		return false;
	for (unsigned int i = 0; i < n; i++) {
		s[i].target /= sum;
		s[i].freq_target /= freq_sum;
	}
	return true;
}

/* How far the weights move towards their targets in @dt_s. */
static double fade(const struct candidate *c, const struct share *s, unsigned int n, double dt_s)
{
	double poll_s = INFINITY;

	for (unsigned int i = 0; i < n; i++)
		if (s[i].right && c[i].poll_s > 0.0 && c[i].poll_s < poll_s)
			poll_s = c[i].poll_s;
	return 1.0 - exp(-fmax(dt_s, 0.0) /
			 (isinf(poll_s) ? FADE_DEFAULT_S : FADE_POLLS * poll_s));
}

/* May what it had before fade out, or is it gone at once? */
static bool fades(const struct candidate *c, const struct share *s)
{
	if (s->right)
		return true;
	return s->usable && (c->state == SOURCE_OFFLINE || c->state == SOURCE_UNREACHABLE ||
			    c->state == SOURCE_BACKUP || c->state == SOURCE_OUTLIER);
}

static void blend(struct candidate *c, const struct share *s, unsigned int n, double dt_s)
{
	double old = 0.0, freq_old = 0.0, sum = 0.0, freq_sum = 0.0, a = fade(c, s, n, dt_s);

	for (unsigned int i = 0; i < n; i++) {
		struct select_memory *m = &c[i].memory;

		if (!fades(&c[i], &s[i]) || (!s[i].right && m->weight < WEIGHT_MIN))
			m->weight = m->freq_weight = 0.0;
		old += m->weight;
		freq_old += m->freq_weight;
	}
	for (unsigned int i = 0; i < n; i++) {
		struct select_memory *m = &c[i].memory;

		m->weight = old > 0.0 ? (1.0 - a) * m->weight / old + a * s[i].target
				      : s[i].target;
		m->freq_weight = freq_old > 0.0 ? (1.0 - a) * m->freq_weight / freq_old +
						  a * s[i].freq_target
						: s[i].freq_target;
		sum += m->weight;
		freq_sum += m->freq_weight;
	}
	for (unsigned int i = 0; i < n; i++) {
		c[i].memory.weight /= sum;
		c[i].memory.freq_weight /= freq_sum;
		c[i].weight = c[i].memory.weight;
	}
}

/* A total order of the values, so that the order in the list decides nothing. */
static bool better(const struct candidate *a, double wa, const struct candidate *b, double wb)
{
	if (wa != wb)
		return wa > wb;
	if (a->stratum != b->stratum)
		return a->stratum < b->stratum;
	if (a->bound_ns != b->bound_ns)
		return a->bound_ns < b->bound_ns;
	if (a->offset_sd_ns != b->offset_sd_ns)
		return a->offset_sd_ns < b->offset_sd_ns;
	return a->offset_ns < b->offset_ns;
}

/*
 * By the weights in use, which are smooth: between its samples each source is
 * for a while the worse one.
 */
static int main_source(struct candidate *c, const struct share *s, unsigned int n)
{
	double best_w = 0.0;
	int best = -1;

	for (unsigned int i = 0; i < n; i++) {
		double w = c[i].weight * (c[i].memory.was_selected ? HYSTERESIS : 1.0);

		if (!s[i].right)
			continue;
		c[i].state = SOURCE_COMBINED;
		if (best < 0 || better(&c[i], w, &c[best], best_w)) {
			best = (int)i;
			best_w = w;
		}
	}
	c[best].state = SOURCE_SELECTED;
	return best;
}

static void summarise(const struct candidate *c, unsigned int n, int selected,
		      struct selection *out)
{
	double var = 0.0, freq_var = 0.0, base = c[selected].offset_ns, sum = 0.0;

	*out = (struct selection){ .selected = selected };
	for (unsigned int i = 0; i < n; i++) {
		double w = c[i].weight, fw = c[i].memory.freq_weight;

		if (!(w > 0.0) && !(fw > 0.0))
			continue;
		/* Relative to one of them: a large common offset costs no digits. */
		sum += w * (c[i].offset_ns - base);
		out->freq += fw * c[i].freq;
		var += sq(w * c[i].offset_sd_ns);
		freq_var += sq(fw * c[i].freq_sd);
		out->combined += w > 0.0;
	}
	out->offset_ns = base + sum;
	out->offset_sd_ns = sqrt(var);
	out->freq_sd = sqrt(freq_var);
	out->bound_ns = fabs(sum) + candidate_halfwidth(&c[selected]);
}

bool combine(struct candidate *c, struct share *s, unsigned int n,
	     const struct select_history *h, double dt_s, struct selection *out)
{
	drop_contradicting(c, s, n, h);
	drop_backups(c, s, n);
	drop_useless(c, s, n);
	if (!set_targets(c, s, n))
		return false;
	blend(c, s, n, dt_s);
	summarise(c, n, main_source(c, s, n), out);
	return true;
}
