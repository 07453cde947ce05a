// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ntp/random.h"
#include "ptp/compare.h"

static const struct ptp_set base = {
	.priority1 = 128, .priority2 = 128, .quality = { 6, 0x21, 0x4e5d }, .gm = 100,
	.steps_removed = 0, .sender = { 100, 1 }, .receiver = { 50, 1 },
	.local_priority = 128,
};

static enum ptp_order swapped(enum ptp_order o)
{
	switch (o) {
	case PTP_A_BETTER:
		return PTP_B_BETTER;
	case PTP_A_BETTER_TOPOLOGY:
		return PTP_B_BETTER_TOPOLOGY;
	case PTP_B_BETTER:
		return PTP_A_BETTER;
	case PTP_B_BETTER_TOPOLOGY:
		return PTP_A_BETTER_TOPOLOGY;
	default:
		return o;
	}
}

static void expect(ptp_compare_fn *compare, const struct ptp_set *a, const struct ptp_set *b,
		   enum ptp_order o)
{
	assert_string_equal(ptp_order_name(compare(a, b)), ptp_order_name(o));
	assert_string_equal(ptp_order_name(compare(b, a)), ptp_order_name(swapped(o)));
}

/* @a wins by one attribute, although all that come after it speak for @b. */
static void test_default_attributes(void **state)
{
	struct ptp_set a = base, b = base;

	b.gm = 101;
	expect(ptp_compare_default, &a, &b, PTP_A_BETTER);	/* grandmasterIdentity */
	b.gm = 99;
	a.priority2--;
	expect(ptp_compare_default, &a, &b, PTP_A_BETTER);
	a.priority2 += 2;
	a.quality.variance--;
	expect(ptp_compare_default, &a, &b, PTP_A_BETTER);
	a.quality.variance += 2;
	a.quality.accuracy--;
	expect(ptp_compare_default, &a, &b, PTP_A_BETTER);
	a.quality.accuracy += 2;
	a.quality.class--;
	expect(ptp_compare_default, &a, &b, PTP_A_BETTER);
	a.quality.class += 2;
	a.priority1--;
	expect(ptp_compare_default, &a, &b, PTP_A_BETTER);
	a.steps_removed = 200;		/* tells nothing of different grandmasters */
	a.local_priority = 255;
	expect(ptp_compare_default, &a, &b, PTP_A_BETTER);
	b.gm = a.gm;			/* but all of one's */
	expect(ptp_compare_default, &a, &b, PTP_B_BETTER);
}

static void topology_cases(ptp_compare_fn *compare)
{
	struct ptp_set a = base, b = base;

	/* more than one step apart */
	a.steps_removed = 1;
	b.steps_removed = 3;
	expect(compare, &a, &b, PTP_A_BETTER);
	b.steps_removed = 255;
	expect(compare, &a, &b, PTP_A_BETTER);
	/* one step: by receiver and sender of the farther */
	b.steps_removed = 2;
	b.receiver = (struct ptp_port_id){ 50, 1 };
	b.sender = (struct ptp_port_id){ 60, 1 };
	expect(compare, &a, &b, PTP_A_BETTER);
	b.sender = (struct ptp_port_id){ 40, 1 };
	expect(compare, &a, &b, PTP_A_BETTER_TOPOLOGY);
	b.sender = (struct ptp_port_id){ 50, 2 };
	expect(compare, &a, &b, PTP_A_BETTER);
	b.sender = b.receiver;
	expect(compare, &a, &b, PTP_ERROR_1);
	/* as many: by sender */
	b.steps_removed = 1;
	b.sender = (struct ptp_port_id){ 100, 2 };
	expect(compare, &a, &b, PTP_A_BETTER_TOPOLOGY);
	b.sender = (struct ptp_port_id){ 101, 0 };
	expect(compare, &a, &b, PTP_A_BETTER_TOPOLOGY);
	/* by port of the receiver */
	b.sender = a.sender;
	b.receiver.port = 2;
	expect(compare, &a, &b, PTP_A_BETTER_TOPOLOGY);
	b.receiver.port = a.receiver.port;
	expect(compare, &a, &b, PTP_ERROR_2);
}

static void test_default_topology(void **state)
{
	topology_cases(ptp_compare_default);
}

static void test_g8275_attributes(void **state)
{
	struct ptp_set a = base, b = base;

	b.gm = 99;
	a.quality.class = b.quality.class = 248;
	a.priority1 = 255;		/* not looked at */
	expect(ptp_compare_g8275, &b, &a, PTP_A_BETTER);	/* by identity, class > 127 */
	a.local_priority--;
	expect(ptp_compare_g8275, &a, &b, PTP_A_BETTER);
	a.local_priority += 2;
	a.priority2--;
	expect(ptp_compare_g8275, &a, &b, PTP_A_BETTER);
	a.priority2 += 2;
	a.quality.variance--;
	expect(ptp_compare_g8275, &a, &b, PTP_A_BETTER);
	a.quality.variance += 2;
	a.quality.accuracy--;
	expect(ptp_compare_g8275, &a, &b, PTP_A_BETTER);
	a.quality.accuracy += 2;
	a.quality.class--;
	expect(ptp_compare_g8275, &a, &b, PTP_A_BETTER);
	/* Unlike the default, attributes come first even of one grandmaster. */
	b.gm = a.gm;
	a.steps_removed = 100;
	expect(ptp_compare_g8275, &a, &b, PTP_A_BETTER);
}

/* Several active grandmasters: the nearest wins of class 127 and below only. */
static void test_g8275_nearest(void **state)
{
	struct ptp_set a = base, b = base;

	a.gm = 200;
	b.steps_removed = 5;
	b.sender.clock = 1;
	expect(ptp_compare_g8275, &a, &b, PTP_A_BETTER);
	a.quality.class = b.quality.class = 127;
	expect(ptp_compare_g8275, &a, &b, PTP_A_BETTER);
	a.quality.class = b.quality.class = 128;
	expect(ptp_compare_g8275, &a, &b, PTP_B_BETTER);
}

static void test_g8275_topology(void **state)
{
	topology_cases(ptp_compare_g8275);
}

static void test_g8265(void **state)
{
	struct ptp_set a = base, b = base;

	a.quality.class = 84;
	b.quality.class = 90;
	a.local_priority = 2;
	b.local_priority = 1;
	a.priority1 = a.priority2 = 255;
	a.quality.accuracy = 0xfe;
	a.sender.clock = 101;
	expect(ptp_compare_g8265, &a, &b, PTP_A_BETTER);
	b.quality.class = 84;
	expect(ptp_compare_g8265, &a, &b, PTP_B_BETTER);
	b.local_priority = 2;
	expect(ptp_compare_g8265, &a, &b, PTP_B_BETTER);	/* identity of the sender */
	b.sender = a.sender;
	b.receiver.port = 2;
	expect(ptp_compare_g8265, &a, &b, PTP_A_BETTER);
	b.receiver = a.receiver;
	expect(ptp_compare_g8265, &a, &b, PTP_ERROR_2);
}

static void test_own(void **state)
{
	const struct ptp_default_ds d = {
		.clock = 70, .quality = { 248, 0xfe, 0xffff }, .priority1 = 1, .priority2 = 2,
		.local_priority = 3,
	};
	struct ptp_set own, back = base;

	ptp_set_of_default(&own, &d);
	assert_true(own.gm == 70 && own.sender.clock == 70 && own.receiver.clock == 70);
	assert_int_equal(own.sender.port, 0);
	assert_int_equal(own.receiver.port, 0);
	assert_int_equal(own.steps_removed, 0);
	assert_int_equal(own.quality.class, 248);
	assert_int_equal(own.priority1, 1);
	assert_int_equal(own.priority2, 2);
	assert_int_equal(own.local_priority, 3);
	/* Its own announcement returns over another clock: it is still the best. */
	back.gm = 70;
	back.steps_removed = 1;
	back.sender = (struct ptp_port_id){ 20, 1 };
	back.receiver = (struct ptp_port_id){ 70, 1 };
	expect(ptp_compare_default, &own, &back, PTP_A_BETTER_TOPOLOGY);
	back.steps_removed = 2;
	expect(ptp_compare_default, &own, &back, PTP_A_BETTER);
}

static u64 rng;

static unsigned int below(unsigned int n)
{
	return (unsigned int)(random_next(&rng) % n);
}

/*
 * Few values, so that many are equal. Each grandmaster says one thing of itself, and
 * no port hears itself.
 */
static struct ptp_set random_set(const struct ptp_set gm[4])
{
	struct ptp_set s = gm[below(4)];

	s.steps_removed = (u16)below(4);
	s.sender = (struct ptp_port_id){ 40 + below(3), (u16)(1 + below(2)) };
	s.receiver = (struct ptp_port_id){ 60, (u16)(1 + below(3)) };
	if (below(2))
		s.receiver.clock = 20;
	s.local_priority = (u8)(1 + below(2));
	return s;
}

static bool same(const struct ptp_set *a, const struct ptp_set *b)
{
	return ptp_port_id_equal(a->sender, b->sender) &&
	       a->receiver.port == b->receiver.port && a->steps_removed == b->steps_removed;
}

static void check_three(ptp_compare_fn *compare, const struct ptp_set s[3],
			unsigned int *ordered)
{
	enum ptp_order ab = compare(&s[0], &s[1]), bc = compare(&s[1], &s[2]);
	enum ptp_order ac = compare(&s[0], &s[2]);

	assert_int_equal(compare(&s[1], &s[0]), swapped(ab));
	assert_int_not_equal(ab, PTP_ERROR_1);
	if (ab == PTP_ERROR_2)
		assert_true(same(&s[0], &s[1]) || compare == ptp_compare_g8265);
	if (ptp_a_better(ab) && ptp_a_better(bc)) {
		assert_true(ptp_a_better(ac));
		++*ordered;
	}
}

static void test_order_is_consistent(void **state)
{
	ptp_compare_fn *const compare[] = { ptp_compare_default, ptp_compare_g8275,
					    ptp_compare_g8265 };
	unsigned int ordered[3] = { 0 };

	rng = 20250101;
	for (unsigned int round = 0; round < 2000; round++) {
		struct ptp_set gm[4], s[3];

		for (unsigned int i = 0; i < 4; i++)
			gm[i] = (struct ptp_set){
				.priority1 = (u8)below(2), .priority2 = (u8)below(2),
				.quality = { (u8)(127 + below(2)), (u8)below(2),
					     (u16)below(2) },
				.gm = 100 + i,
			};
		for (unsigned int i = 0; i < 100; i++) {
			for (unsigned int k = 0; k < 3; k++)
				s[k] = random_set(gm);
			for (unsigned int k = 0; k < 3; k++)
				check_three(compare[k], s, &ordered[k]);
		}
	}
	for (unsigned int k = 0; k < 3; k++)
		assert_true(ordered[k] > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default_attributes),
		cmocka_unit_test(test_default_topology),
		cmocka_unit_test(test_g8275_attributes),
		cmocka_unit_test(test_g8275_nearest),
		cmocka_unit_test(test_g8275_topology),
		cmocka_unit_test(test_g8265),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_order_is_consistent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
