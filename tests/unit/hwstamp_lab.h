/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of hwstamp.h on fake_nic.h: one of it, with the clock and loop that it is on. */
#ifndef ATS_TEST_HWSTAMP_LAB_H
#define ATS_TEST_HWSTAMP_LAB_H

#include "fake_nic.h"
#include "os/hwstamp.h"

static struct event_base *base;
static struct sysclock *clk;
static struct hwstamp *h;

/* With these interfaces; its clock and loop are filled in. */
static inline void begin_hwstamp(struct hwstamp_config cfg)
{
	char err[100];

	base = event_base_new();
	assert_int_equal(sysclock_open(true, &fake_clock_calls, &clk, err, sizeof(err)), 0);
	cfg.calls = &fake_device;
	cfg.base = base;
	cfg.clock = clk;
	h = hwstamp_new(&cfg);
	assert_non_null(h);
}

static inline void end_hwstamp(void)
{
	hwstamp_free(h);
	sysclock_close(clk);
	event_base_free(base);
}

#endif
