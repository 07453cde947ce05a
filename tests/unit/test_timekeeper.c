// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "core/timekeeper.h"

#define S NSEC_PER_SEC
#define EPOCH (1700000000LL * S)
#define MONO (1000 * S)

/* A clock whose oscillator is right, or wrong by osc; time passes in go(). */
struct fake {
	s64 utc, mono;
	double sys_ahead_ns;	/* sys - utc */
	double osc, freq;	/* ratios */
	unsigned int steps, told;
	s64 on_step_ns;
	bool told_sync;
	double told_error_ns;
};

static s64 fake_sys(void *ctx)
{
	struct fake *c = ctx;

	return c->utc + llround(c->sys_ahead_ns);
}

static s64 fake_mono(void *ctx)
{
	return ((struct fake *)ctx)->mono;
}

static int fake_set_freq(void *ctx, double *freq, s64 *at_sys)
{
	((struct fake *)ctx)->freq = *freq;
	*at_sys = fake_sys(ctx);
	return 0;
}

static int fake_step(void *ctx, s64 delta_ns, s64 *at_sys)
{
	struct fake *c = ctx;

	*at_sys = fake_sys(c);
	c->sys_ahead_ns += delta_ns;
	c->steps++;
	return 0;
}

static int fake_status(void *ctx, bool synchronised, double max_error_ns, double est_error_ns,
		       int leap, int tai_offset)
{
	struct fake *c = ctx;

	c->told++;
	c->told_sync = synchronised;
	c->told_error_ns = max_error_ns;
	return 0;
}

static const struct clock_ops fake_ops = {
	.now_sys = fake_sys, .now_mono = fake_mono, .set_freq = fake_set_freq,
	.step = fake_step, .set_status = fake_status,
};

static void on_step(void *ctx, s64 delta_ns)
{
	((struct fake *)ctx)->on_step_ns += delta_ns;
}

static void go(struct fake *c, s64 ns)
{
	c->sys_ahead_ns += ((1.0 + c->osc) * (1.0 + c->freq) - 1.0) * ns;
	c->utc += ns;
	c->mono += ns;
}

static struct timekeeper_config config_of(struct fake *c)
{
	return (struct timekeeper_config){
		.discipline = {
			.slew_threshold_ns = 128e6, .max_offset_ns = 500e6,
			.max_freq = 500e-6, .max_slew = 0.08, .step_allowed = true,
		},
		.control = true,
		.clock_precision_ns = 10.0,
		.on_step = on_step,
		.on_step_ctx = c,
	};
}

static struct timekeeper *open_ahead(struct fake *c, double ahead_ns,
				     void (*change)(struct timekeeper_config *))
{
	struct timekeeper_config cfg;
	struct timekeeper *tk;

	*c = (struct fake){ .utc = EPOCH, .mono = MONO, .sys_ahead_ns = ahead_ns };
	cfg = config_of(c);
	if (change)
		change(&cfg);
	tk = timekeeper_new(&cfg, &fake_ops, c);
	assert_non_null(tk);
	return tk;
}

static struct tk_source *add(struct timekeeper *tk)
{
	const struct tk_source_config cfg = { .name = "one", .refid = 0xc0000201 };
	struct tk_source *s = timekeeper_add(tk, &cfg);

	assert_non_null(s);
	return s;
}

/* An exchange over a path of 100 us each way, and what follows from it. */
static void poll_once(struct timekeeper *tk, struct tk_source *s, struct fake *c, s64 server_ns)
{
	struct exchange x = { .error_ns = 20.0, .stratum = 1, .root_dispersion_ns = 1000.0 };

	x.fwd.valid = x.back.valid = true;
	x.fwd.local_sys = fake_sys(c);
	go(c, 100000);
	x.fwd.remote_utc = x.back.remote_utc = c->utc + server_ns;
	go(c, 100000);
	x.back.local_sys = fake_sys(c);
	tk_source_set_reach(s, 0xff, true);
	tk_source_sample(s, &x, 1.0);
}

static void run_for(struct timekeeper *tk, struct fake *c, s64 ns)
{
	s64 end = c->mono + ns;

	while (c->mono < end) {
		s64 next = timekeeper_next(tk);

		go(c, next <= c->mono ? 1 : next < end ? next - c->mono : end - c->mono);
		timekeeper_run(tk);
	}
}

static void serve(struct timekeeper *tk, struct tk_source *s, struct fake *c, int n,
		  s64 server_ns)
{
	while (n--) {
		poll_once(tk, s, c, server_ns);
		run_for(tk, c, S - 200000);
	}
}

static struct tk_report report(const struct timekeeper *tk)
{
	struct tk_report r;

	timekeeper_get_report(tk, &r);
	return r;
}

static void test_unsynchronised(void **state)
{
	struct fake c;
	struct timekeeper *tk = open_ahead(&c, 0.0, NULL);
	struct tk_report r;

	run_for(tk, &c, 60 * S);
	r = report(tk);
	assert_false(r.synchronised);
	assert_null(r.selected);
	assert_int_equal(r.stratum, 16);
	assert_int_equal(r.leap, 3);
	assert_true(isinf(r.max_error_ns));
	assert_true(c.told > 0 && !c.told_sync);
	assert_int_equal(c.steps, 0);
	assert_int_equal(timekeeper_step_now(tk), -EAGAIN);
	timekeeper_free(tk);
}

static void test_first_correction_steps(void **state)
{
	struct fake c;
	struct timekeeper *tk = open_ahead(&c, 3e9, NULL);
	struct tk_source *s = add(tk);
	struct tk_report r;

	serve(tk, s, &c, 20, 0);
	r = report(tk);
	assert_int_equal(c.steps, 1);
	assert_int_equal(r.steps, 1);
	assert_true(llabs(c.on_step_ns + 3 * S) < 100000);
	assert_int_equal(r.last_step_ns, c.on_step_ns);
	assert_true(fabs(c.sys_ahead_ns) < 1000.0);
	assert_true(r.synchronised && c.told_sync);
	assert_ptr_equal(r.selected, s);
	assert_int_equal(r.stratum, 2);
	assert_int_equal(r.leap, 0);
	assert_int_equal(r.refid, 0xc0000201);
	assert_true(r.max_error_ns >= fabs(c.sys_ahead_ns) && r.max_error_ns < 1e6);
	timekeeper_free(tk);
}

static void test_slew_ends(void **state)
{
	struct fake c;
	struct timekeeper *tk = open_ahead(&c, 20e6, NULL);
	struct tk_source *s = add(tk);
	s64 lowest = 0;
	int i;

	c.osc = 20e-6;
	for (i = 0; i < 120; i++) {
		serve(tk, s, &c, 1, 0);
		lowest = c.sys_ahead_ns < lowest ? (s64)c.sys_ahead_ns : lowest;
	}
	/* no samples any more: slews are over, the frequency stays */
	run_for(tk, &c, 20 * S);
	assert_int_equal(c.steps, 0);
	assert_int_equal(c.on_step_ns, 0);
	assert_true(report(tk).slew == 0.0);
	assert_true(fabs(c.sys_ahead_ns) < 2000.0);
	assert_true(lowest > -1000000);
	assert_true(fabs(c.freq + 20e-6) < 0.1e-6);
	assert_true(report(tk).freq == c.freq);
	timekeeper_free(tk);
}

static void test_step_by_command(void **state)
{
	struct fake c;
	struct timekeeper *tk = open_ahead(&c, 100e6, NULL);
	struct tk_source *s = add(tk);

	while (!report(tk).selected)
		serve(tk, s, &c, 1, 0);
	assert_int_equal(c.steps, 0);
	assert_true(c.sys_ahead_ns > 1e6);
	assert_int_equal(timekeeper_step_now(tk), 0);
	assert_int_equal(c.steps, 1);
	assert_true(fabs(c.sys_ahead_ns) < 1e5);
	/* what is known moved along, before any new sample */
	assert_true(fabs(report(tk).offset_ns - c.sys_ahead_ns) < 1e5);
	assert_true(report(tk).slew == 0.0);
	serve(tk, s, &c, 20, 0);
	assert_int_equal(c.steps, 1);
	assert_true(fabs(c.sys_ahead_ns) < 1000.0);
	timekeeper_free(tk);
}

static void watch_only(struct timekeeper_config *cfg)
{
	cfg->control = false;
}

static void test_watches_only(void **state)
{
	struct fake c;
	struct timekeeper *tk = open_ahead(&c, 3e9, watch_only);
	struct tk_source *s = add(tk);

	serve(tk, s, &c, 20, 0);
	assert_int_equal(c.steps + c.told, 0);
	assert_true(c.freq == 0.0 && c.sys_ahead_ns == 3e9);
	assert_true(report(tk).synchronised);
	assert_true(llabs(report(tk).correction_ns + 3 * S) < 1000);
	assert_int_equal(timekeeper_step_now(tk), -EPERM);
	timekeeper_free(tk);
}

static void local_ten(struct timekeeper_config *cfg)
{
	cfg->local_stratum = 10;
}

static void test_local_reference(void **state)
{
	struct fake c;
	struct timekeeper *tk = open_ahead(&c, 0.0, local_ten);
	struct tk_source *s;
	struct tk_report r;

	run_for(tk, &c, 10 * S);
	r = report(tk);
	assert_true(r.synchronised);
	assert_int_equal(r.stratum, 10);
	assert_int_equal(r.leap, 0);
	assert_int_equal(r.refid, 0x7f7f0101);
	/* but the kernel is told the truth */
	assert_false(c.told_sync);
	s = add(tk);
	serve(tk, s, &c, 20, 0);
	assert_int_equal(report(tk).stratum, 2);
	timekeeper_free(tk);
}

static void test_lone_server_that_lies_late(void **state)
{
	struct fake c;
	struct timekeeper *tk = open_ahead(&c, 0.0, NULL);
	struct tk_source *s = add(tk);

	serve(tk, s, &c, 60, 0);
	/* one sample off by an hour moves nothing */
	serve(tk, s, &c, 1, 3600 * S);
	serve(tk, s, &c, 5, 0);
	assert_int_equal(c.steps, 0);
	assert_true(fabs(c.sys_ahead_ns) < 10000.0);
	/* a server that stays there is followed in the end */
	serve(tk, s, &c, 200, 3600 * S);
	assert_true(c.steps >= 1);
	assert_true(fabs(c.sys_ahead_ns - 3600e9) < 1e6);
	assert_int_equal(c.on_step_ns, report(tk).last_step_ns);
	timekeeper_free(tk);
}

static void test_impossible_exchanges_move_nothing(void **state)
{
	struct fake c;
	struct timekeeper *tk = open_ahead(&c, 0.0, NULL);
	struct tk_source *s = add(tk);
	struct tk_source_report r;
	struct exchange x = {
		.fwd = { true, INT64_MIN, INT64_MAX, STAMP_USER },
		.back = { true, INT64_MAX, INT64_MIN, STAMP_USER },
		.stratum = 1,
	};

	serve(tk, s, &c, 30, 0);
	tk_source_sample(s, &x, 1.0);
	x.fwd = x.back = (struct leg){ true, fake_sys(&c), INT64_MIN, STAMP_USER };
	tk_source_sample(s, &x, 1.0);
	x.fwd = x.back = (struct leg){ true, fake_sys(&c), fake_sys(&c), STAMP_USER };
	x.back_now = (struct leg){ true, fake_sys(&c), INT64_MAX, STAMP_USER };
	tk_source_sample(s, &x, 1.0);
	tk_source_get_report(s, &r);
	assert_int_equal(r.outliers, 3);
	assert_int_equal(r.samples, 30);
	run_for(tk, &c, 5 * S);
	assert_true(fabs(c.sys_ahead_ns) < 1000.0);
	assert_int_equal(c.steps, 0);
	timekeeper_free(tk);
}

/* What the clock that made the stamps tells: @wrong_ns from the truth */
struct told {
	const struct fake *c;
	double wrong_ns;
	bool silent;
	unsigned int samples, used, forgotten;
	struct exchange last;
};

static bool tell_first_hand(void *ctx, s64 sys, double *offset_ns, double *sd_ns)
{
	const struct told *t = ctx;

	*offset_ns = (double)(sys - t->c->utc) + t->wrong_ns;
	*sd_ns = 2.0;
	return !t->silent;
}

static void take_sample(void *ctx, const struct exchange *x, bool used)
{
	struct told *t = ctx;

	t->samples++;
	t->used += used;
	t->last = *x;
}

static void forget(void *ctx)
{
	struct told *t = ctx;

	t->forgotten++;
}

static const struct tk_first_hand first_hand = {
	.sample = take_sample, .offset = tell_first_hand, .forget = forget,
};

static void test_first_hand(void **state)
{
	struct fake c;
	struct timekeeper *tk = open_ahead(&c, 0.0, NULL);
	struct told told = { .c = &c, .wrong_ns = 3000.0 };
	const struct tk_source_config cfg = {
		.name = "one", .refid = 0xc0000201, .delay_asymmetry_ns = 60,
		.first_hand = &first_hand, .first_hand_ctx = &told,
	};
	struct tk_source *s = timekeeper_add(tk, &cfg);
	struct tk_source_report r;

	assert_non_null(s);
	/* it counts, not the samples, as long as both mean the same time */
	serve(tk, s, &c, 40, 0);
	assert_true(fabs(c.sys_ahead_ns + 3000.0) < 20.0);
	tk_source_get_report(s, &r);
	assert_true(r.offset_sd_ns <= 2.0);
	assert_true(fabs(r.offset_ns) < 20.0);
	/* it is given what counts: all samples, without the known asymmetry */
	assert_int_equal(told.samples, 40);
	assert_in_range(told.used, 30, 39);
	poll_once(tk, s, &c, 0);
	assert_int_equal(told.last.fwd.remote_utc, c.utc - 100000 - 30);
	assert_int_equal(told.last.back.remote_utc, c.utc - 100000 - 30);
	assert_int_equal(told.forgotten, 0);
	told.wrong_ns = 150000.0;
	serve(tk, s, &c, 40, 0);
	assert_true(fabs(c.sys_ahead_ns) < 100.0);
	told.wrong_ns = -3000.0;
	serve(tk, s, &c, 10, 0);
	assert_true(fabs(c.sys_ahead_ns - 3000.0) < 20.0);
	told.silent = true;
	serve(tk, s, &c, 40, 0);
	assert_true(fabs(c.sys_ahead_ns) < 100.0);
	/* somebody who sets sys changes nothing of it; another server does */
	timekeeper_clock_jumped(tk, 5 * S);
	assert_int_equal(told.forgotten, 0);
	tk_source_reset(s);
	assert_int_equal(told.forgotten, 1);
	timekeeper_free(tk);
}

static void test_removed_source(void **state)
{
	struct fake c;
	struct timekeeper *tk = open_ahead(&c, 0.0, NULL);
	struct tk_source *s = add(tk);
	double error;

	serve(tk, s, &c, 30, 0);
	error = report(tk).max_error_ns;
	timekeeper_remove(tk, s);
	run_for(tk, &c, 100 * S);
	assert_null(report(tk).selected);
	/* what is known holds on, less and less sure */
	assert_true(report(tk).synchronised);
	assert_true(report(tk).max_error_ns > error);
	timekeeper_free(tk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unsynchronised),
		cmocka_unit_test(test_first_correction_steps),
		cmocka_unit_test(test_slew_ends),
		cmocka_unit_test(test_step_by_command),
		cmocka_unit_test(test_watches_only),
		cmocka_unit_test(test_local_reference),
		cmocka_unit_test(test_lone_server_that_lies_late),
		cmocka_unit_test(test_impossible_exchanges_move_nothing),
		cmocka_unit_test(test_first_hand),
		cmocka_unit_test(test_removed_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
