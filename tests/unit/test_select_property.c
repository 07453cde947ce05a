// SPDX-License-Identifier: GPL-2.0-or-later
/* What holds of the selection among any sources, in any order. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "select_lab.h"

/* Numerical Recipes' LCG, high bits: the same everywhere. */
static u64 seed;

static double uniform(double lo, double hi)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return lo + (hi - lo) * (double)(seed >> 11) / 9007199254740992.0;
}

static unsigned int below(unsigned int n)
{
	return (unsigned int)uniform(0, n);
}

static struct candidate honest(void)
{
	double bound = pow(10.0, uniform(3, 8));

	return server(uniform(-bound, bound), bound, uniform(0, 0.05 * bound));
}

static void shuffle(unsigned int *order, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		order[i] = i;
	for (unsigned int i = n; i > 1; i--) {
		unsigned int k = below(i), t = order[i - 1];

		order[i - 1] = order[k];
		order[k] = t;
	}
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (fabs(a) + fabs(b)) + 1e-3;
}

static void compare_permuted(const struct candidate *c, const struct selection *s,
			     const struct candidate *p, const struct selection *t,
			     const unsigned int *order, unsigned int n)
{
	assert_int_equal(s->combined, t->combined);
	assert_int_equal(s->leap, t->leap);
	assert_true(near(s->offset_ns, t->offset_ns));
	assert_true(near(s->bound_ns, t->bound_ns));
	assert_int_equal(s->selected < 0, t->selected < 0);
	if (s->selected >= 0)
		assert_int_equal(s->selected, order[t->selected]);
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(p[i].state, c[order[i]].state);
		assert_true(fabs(p[i].weight - c[order[i]].weight) < 1e-9);
	}
}

/*
 * The truth is 0 and more than half of the sources are honest about their
 * bound. Whatever the rest says, and whatever is remembered, the main source
 * lies where a majority of intervals overlap, which is how far a vote of
 * intervals can see; the order of the list decides nothing.
 */
static void property_round(unsigned int round)
{
	unsigned int n = 1 + below(12), liars = n > 2 ? below((n + 1) / 2) : 0, order[12];
	struct candidate c[12], p[12];
	struct select_history h = { 0 };
	struct selection s, t;

	if (round % 2)
		h = history(uniform(-1e8, 1e8), uniform(1e3, 1e7));
	for (unsigned int i = 0; i < n; i++) {
		c[i] = honest();
		c[i].priority = (int)below(3);
		c[i].prefer = below(4) == 0;
		c[i].leap = (u8)below(3);
		if (i < liars)
			c[i].offset_ns += uniform(-1e9, 1e9);
		if (i < liars)
			c[i].memory.false_score = uniform(0, 1);
	}
	shuffle(order, n);
	for (unsigned int i = 0; i < n; i++)
		p[i] = c[order[i]];
	for (unsigned int k = 0; k < 3; k++) {
		bool ok = once(c, n, &h, &s);

		assert_int_equal(ok, once(p, n, &h, &t));
		check_weights(c, n, ok);
		compare_permuted(c, &s, p, &t, order, n);
		if (n > 1)
			assert_int_not_equal(c[n - 1].state, SOURCE_WARMUP);
		for (unsigned int i = 0; ok && i < n; i++) {
			unsigned int agree = 0;
			const struct candidate *m = &c[s.selected];

			/* Some point of the main source's interval has a majority. */
			for (unsigned int e = 0; e < n; e++) {
				unsigned int at = 0;
				double edge = c[e].offset_ns - (c[e].bound_ns +
						4 * c[e].offset_sd_ns + 1e3);
				double w = m->bound_ns + 4 * m->offset_sd_ns + 1e3;

				/* with the margin of one that was never false */
				if (fabs(edge - m->offset_ns) > 1.25 * w)
					continue;
				for (unsigned int q = 0; q < n; q++)
					at += fabs(edge - c[q].offset_ns) <=
					      (c[q].bound_ns + 4 * c[q].offset_sd_ns + 1e3) *
					      (1 + 1e-9);
				agree = at > agree ? at : agree;
			}
			assert_true(2 * agree > n);
			assert_true(c[i].weight == 0.0 || c[i].state >= SOURCE_OUTLIER);
		}
	}
}

static void test_property(void **state)
{
	seed = 20260101;
	for (unsigned int i = 0; i < 20000; i++)
		property_round(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_property),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
