// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "core/track.h"

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-9)

static void test_predict_by_hand(void **state)
{
	const struct track_noise q = { .wander = 3.0, .phase = 2.0, .delay = 0.5 };
	struct track t = {
		.x = { 100.0, 10.0, 50.0, 5.0 },
		.p = { { 4.0, 1.0, 0.5, 0.25 }, { 1.0, 9.0, 0.125, 2.0 },
		       { 0.5, 0.125, 16.0, 0.0 }, { 0.25, 2.0, 0.0, 1.0 } },
	};

	track_predict(&t, 2.0, &q);
	NEAR(t.x[TRACK_OFFSET], 120.0);
	NEAR(t.x[TRACK_FREQ], 10.0);
	NEAR(t.x[TRACK_DELAY], 50.0);
	/* 4 + 2*2*1 + 4*9, wander 9 * 8 / 3, phase 4 * 2 */
	NEAR(t.p[0][0], 44.0 + 24.0 + 8.0);
	NEAR(t.p[0][1], 1.0 + 18.0 + 18.0);
	NEAR(t.p[0][2], 0.75);
	NEAR(t.p[0][3], 4.25);
	NEAR(t.p[1][1], 9.0 + 18.0);
	NEAR(t.p[2][2], 16.5);
	NEAR(t.p[1][0], t.p[0][1]);
	NEAR(t.p[2][0], t.p[0][2]);
	NEAR(t.p[3][0], t.p[0][3]);
}

static void test_condition_by_hand(void **state)
{
	const double h[TRACK_DIM] = { 1.0, 0.0, 1.0, 0.0 };
	struct track t = { .x = { 10.0, 0.0, 20.0 } };

	t.p[0][0] = 3.0;
	t.p[2][2] = 1.0;
	t.p[1][1] = 7.0;
	NEAR(track_mean(&t, h), 30.0);
	NEAR(track_var(&t, h), 4.0);
	track_condition(&t, h, 8.0, 1.0);
	/* gains 3/4 and 1/4 of the shift; of the variance 4, 3 are gone */
	NEAR(t.x[0], 16.0);
	NEAR(t.x[2], 22.0);
	NEAR(t.p[0][0], 3.0 - 9.0 / 16.0 * 3.0);
	NEAR(t.p[2][2], 1.0 - 1.0 / 16.0 * 3.0);
	NEAR(t.p[0][2], -3.0 / 16.0 * 3.0);
	NEAR(t.p[1][1], 7.0);
	NEAR(track_mean(&t, h), 38.0);
	NEAR(track_var(&t, h), 1.0);
}

static void test_nothing_to_learn_where_all_is_known(void **state)
{
	const double h[TRACK_DIM] = { 0.0, 0.0, 0.0, 1.0 };
	struct track t = { .x = { 1.0, 2.0, 3.0, 4.0 } };

	track_condition(&t, h, 8.0, 1.0);
	NEAR(t.x[TRACK_ASYMMETRY], 4.0);
	NEAR(track_var(&t, h), 0.0);
}

/* Cholesky's decomposition goes through for positive matrices only. */
static bool positive(const struct track *t)
{
	double l[TRACK_DIM - 1][TRACK_DIM - 1] = { { 0 } };
	int i, j, k;

	for (i = 0; i < TRACK_DIM - 1; i++)
		for (j = 0; j <= i; j++) {
			double v = t->p[i][j];

			for (k = 0; k < j; k++)
				v -= l[i][k] * l[j][k];
			if (i == j && v <= 0.0)
				return false;
			l[i][j] = i == j ? sqrt(v) : v / l[j][j];
		}
	return true;
}

static void test_covariance_stays_symmetric_and_positive(void **state)
{
	const double fwd[TRACK_DIM] = { -1.0, 0.0, 1.0, 1.0 };
	const double back[TRACK_DIM] = { 1.0, 0.0, 1.0, -1.0 };
	const struct track_noise q = { .wander = 0.02, .phase = 0.1, .delay = 0.01 };
	struct track t = { .x = { 0 } };
	int n, i, j;

	t.p[0][0] = 1e14;
	t.p[1][1] = 1e10;
	t.p[2][2] = 1e14;
	for (n = 0; n < 20000; n++) {
		double v;

		track_predict(&t, n % 100 ? 1.0 : 1024.0, &q);
		v = track_var(&t, fwd);
		track_condition(&t, fwd, n % 7 - 3, v * 100.0 / (v + 100.0));
		v = track_var(&t, back);
		track_condition(&t, back, n % 5 - 2, v * 100.0 / (v + 100.0));
		for (i = 0; i < TRACK_DIM; i++)
			for (j = 0; j < i; j++)
				assert_true(fabs(t.p[i][j] - t.p[j][i]) <=
					    1e-9 * sqrt(t.p[i][i] * t.p[j][j]));
		assert_true(positive(&t));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_predict_by_hand),
		cmocka_unit_test(test_condition_by_hand),
		cmocka_unit_test(test_nothing_to_learn_where_all_is_known),
		cmocka_unit_test(test_covariance_stays_symmetric_and_positive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
