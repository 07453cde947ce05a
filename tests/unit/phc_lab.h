/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of what a NIC's clock is kept on, on fake_nic.h: what the true time is, and
 * servers that know it. UTC runs a little slower than the crystal of the system clock.
 */
#ifndef ATS_TEST_PHC_LAB_H
#define ATS_TEST_PHC_LAB_H

#include "fake_nic.h"
#include "os/phc_clock.h"

#define SYS_GAINS 2e-5
#define TAI_AHEAD (37 * NSEC_PER_SEC)
#define ONE_WAY_NS 1000

static inline s64 true_utc(void)
{
	return FAKE_EPOCH + llround(fake.t / (1 + SYS_GAINS));
}

/* How far the NIC's clock is from TAI, now */
static inline double phc_error(void)
{
	return (double)(fake_phc() - true_utc() - TAI_AHEAD);
}

/* What a host knows of the time that is @wrong_ns off. */
static inline struct phc_target host_target(double wrong_ns)
{
	return (struct phc_target){
		.sys = fake_sys(), .tai = true_utc() + TAI_AHEAD + llround(wrong_ns),
		.tai_ahead_ns = TAI_AHEAD, .rate = SYS_GAINS,
	};
}

/* A packet passes now: remote is what a server that is @wrong_ns off says of it. */
static inline struct leg leg_now(bool fwd, double wrong_ns)
{
	return (struct leg){
		.valid = true, .local_kind = STAMP_HARDWARE,
		.remote_utc = true_utc() + llround(wrong_ns) + (fwd ? ONE_WAY_NS : -ONE_WAY_NS),
	};
}

#endif
