/* SPDX-License-Identifier: GPL-2.0 */
/* What tests of PTP ports expect of the messages that come. */
#ifndef PTP_EXPECT_H
#define PTP_EXPECT_H

#include <string.h>

#include "harness.h"

#include "ptp_lab.h"

#define PTP_SLACK_NS 1000	/* of a rounded clock */

/* The time in @got at octet 34 is left out. */
static inline void expect_octets(struct __test_metadata *_metadata, const __u8 *want,
				 size_t len, __u8 *got, size_t got_len)
{
	size_t i;

	ASSERT_EQ(len, got_len);
	memset(got + 34, 0, 10);
	for (i = 0; i < len; i++)
		EXPECT_EQ(want[i], got[i]) {
			TH_LOG("octet %zu", i);
		}
}

/* A time that was taken between those two, of CLOCK_REALTIME. */
static inline void expect_within(struct __test_metadata *_metadata, __s64 tai, __s64 from,
				 __s64 to)
{
	EXPECT_LE(from + PTP_TAI - PTP_SLACK_NS, tai);
	EXPECT_GE(to + PTP_TAI + PTP_SLACK_NS, tai);
}

/* The agent's socket gets it as it was sent, and nobody answers. */
static inline void expect_passed(struct __test_metadata *_metadata, const struct ptp_lab *lab,
				 const __u8 *request, size_t len)
{
	__u8 b[PTP_MAX];

	ASSERT_TRUE(ptp_ask(lab, request, len));
	ASSERT_EQ(len, ptp_hear(lab->event, b, PTP_PATIENCE_MS));
	EXPECT_EQ(0, memcmp(b, request, len));
	EXPECT_EQ(0, ptp_hear(lab->client_event, b, 0));
	EXPECT_EQ(0, ptp_hear(lab->client_general, b, 0));
}

#endif
