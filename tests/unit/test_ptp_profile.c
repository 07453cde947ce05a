// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/foreign.h"
#include "ptp/profile.h"

static char why[200];

static struct ptp_settings settings_of(const char *name, const struct ptp_profile **p)
{
	struct ptp_settings s;

	*p = ptp_profile_find(name);
	assert_non_null(*p);
	ptp_profile_defaults(*p, &s);
	return s;
}

static void refused(const struct ptp_profile *p, const struct ptp_settings *s, const char *text)
{
	assert_int_equal(ptp_profile_check(p, s, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, text);
}

static void accepted(const struct ptp_profile *p, const struct ptp_settings *s)
{
	if (ptp_profile_check(p, s, why, sizeof(why)))
		fail_msg("%s", why);
}

static void test_find(void **state)
{
	static const char *const names[] = {
		"default-e2e", "default-p2p", "802.1as", "g8265.1", "g8275.1", "g8275.2",
		"enterprise", "power", "utility", "st2059-2", "aes67", "custom",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_ptr_equal(ptp_profile_find(names[i]), ptp_profile_at((unsigned int)i));
		assert_string_equal(ptp_profile_at((unsigned int)i)->name, names[i]);
	}
	assert_null(ptp_profile_at(ARRAY_SIZE(names)));
	assert_null(ptp_profile_find("g8275.3"));
	assert_null(ptp_profile_find(""));
}

/* What every table must be, whatever its figures */
static void test_tables_are_sound(void **state)
{
	const struct ptp_profile *p;

	for (unsigned int i = 0; (p = ptp_profile_at(i)); i++) {
		struct ptp_settings s;

		ptp_profile_defaults(p, &s);
		accepted(p, &s);
		assert_non_null(p->compare);
		assert_in_range(p->threshold, 1, PTP_FOREIGN_THRESHOLD);
		assert_true(p->announce_timeout.min >= 2 && p->announce_timeout.max <= 255);
		assert_true(p->domain.min >= 0 && p->domain.max <= 255);
		assert_true(p->sdo <= 0xfff);
		assert_int_equal(p->require & ~p->send, 0);
		assert_int_equal(ptp_profile_required(p) != NULL, p->require != 0);
		assert_in_range(p->free_class, 1, 255);
		assert_true(p->dscp_event < 64 && p->dscp_general < 64);
		/* local priorities where the comparison asks for them, and only there */
		assert_int_equal(p->local_priority.min > 0, p->compare != ptp_compare_default);
		/* grants where there may be unicast */
		assert_int_equal(p->grant_s.min > 0,
				 (p->delivery.allowed & PTP_UNICAST) != 0);
	}
}

struct figures {
	const char *name;
	int domain, log_announce, log_sync, log_delay, announce_timeout;
	int transport, delivery, delay;
};

/* Defaults that others rely on: linuxptp's configurations and public documents */
static void test_figures(void **state)
{
	static const struct figures f[] = {
		{ "default-e2e", 0, 1, 0, 0, 3, PTP_OVER_UDP4, PTP_MULTICAST, PTP_E2E },
		{ "default-p2p", 0, 1, 0, 0, 3, PTP_OVER_UDP4, PTP_MULTICAST, PTP_P2P },
		{ "802.1as", 0, 0, -3, 0, 3, PTP_OVER_ETHERNET, PTP_MULTICAST, PTP_P2P },
		{ "g8265.1", 4, 1, -4, -4, 3, PTP_OVER_UDP4, PTP_UNICAST, PTP_E2E },
		{ "g8275.1", 24, -3, -4, -4, 3, PTP_OVER_ETHERNET, PTP_MULTICAST, PTP_E2E },
		{ "g8275.2", 44, 0, -4, -4, 2, PTP_OVER_UDP4, PTP_UNICAST, PTP_E2E },
		{ "enterprise", 0, 0, 0, 0, 3, PTP_OVER_UDP4, PTP_HYBRID, PTP_E2E },
		{ "power", 254, 0, 0, 0, 3, PTP_OVER_ETHERNET, PTP_MULTICAST, PTP_P2P },
		{ "utility", 0, 0, 0, 0, 3, PTP_OVER_ETHERNET, PTP_MULTICAST, PTP_P2P },
		{ "st2059-2", 127, -2, -3, -3, 3, PTP_OVER_UDP4, PTP_MULTICAST, PTP_E2E },
		{ "aes67", 0, 1, -3, 0, 3, PTP_OVER_UDP4, PTP_MULTICAST, PTP_E2E },
	};

	for (size_t i = 0; i < ARRAY_SIZE(f); i++) {
		const struct ptp_profile *p;
		struct ptp_settings s = settings_of(f[i].name, &p);

		assert_int_equal(s.domain, f[i].domain);
		assert_int_equal(s.log_announce, f[i].log_announce);
		assert_int_equal(s.log_sync, f[i].log_sync);
		assert_int_equal(s.delay == PTP_P2P ? s.log_min_pdelay_req : s.log_min_delay_req,
				 f[i].log_delay);
		assert_int_equal(s.announce_timeout, f[i].announce_timeout);
		assert_int_equal(s.transport, f[i].transport);
		assert_int_equal(s.delivery, f[i].delivery);
		assert_int_equal(s.delay, f[i].delay);
		assert_true(s.two_step);
		assert_int_equal(s.receiver_only, !strcmp(f[i].name, "g8265.1"));
	}
	assert_int_equal(ptp_profile_find("802.1as")->sdo, 0x100);
	assert_int_equal(ptp_profile_find("802.1as")->priority1.def, 248);
	assert_int_equal(ptp_profile_find("g8275.1")->mac.def, PTP_MAC_LOCAL);
}

/* What the network is told of messages */
static void test_marks(void **state)
{
	const struct ptp_profile *p;
	struct ptp_settings s = settings_of("aes67", &p);

	assert_int_equal(s.dscp_event, 46);
	assert_int_equal(s.dscp_general, 34);
	assert_int_equal(s.send_priority, -1);
	s = settings_of("power", &p);
	assert_int_equal(s.send_priority, 4);
}

static void test_comparison(void **state)
{
	assert_true(ptp_profile_find("g8275.1")->compare == ptp_compare_g8275);
	assert_true(ptp_profile_find("g8275.2")->compare == ptp_compare_g8275);
	assert_true(ptp_profile_find("g8265.1")->compare == ptp_compare_g8265);
	assert_true(ptp_profile_find("802.1as")->compare == ptp_compare_default);
	assert_int_equal(ptp_profile_find("802.1as")->threshold, 1);
	assert_false(ptp_profile_find("802.1as")->qualify);
	assert_true(ptp_profile_find("g8275.1")->qualify);
}

static void test_sentences(void **state)
{
	const struct ptp_profile *p;
	struct ptp_settings s = settings_of("g8275.1", &p);

	s.domain = 23;
	refused(p, &s, "domain = 23: profile g8275.1 allows 24 to 43");
	s.domain = 43;
	accepted(p, &s);
	s.log_sync = -3;
	refused(p, &s, "sync_interval = -3: profile g8275.1 allows only -4 (log2 of s)");
	s = settings_of("g8275.1", &p);
	s.transport = PTP_OVER_UDP4;
	refused(p, &s, "transport = ipv4: profile g8275.1 allows only ethernet");
	s = settings_of("g8275.2", &p);
	s.delivery = PTP_MULTICAST;
	refused(p, &s, "delivery = multicast: profile g8275.2 allows only unicast");
	s = settings_of("g8275.2", &p);
	s.grant_s = 59;
	refused(p, &s, "grant_duration = 59: profile g8275.2 allows 60 to 1000 s");
	s = settings_of("enterprise", &p);
	s.transport = PTP_OVER_ETHERNET;
	refused(p, &s, "transport = ethernet: profile enterprise allows only ipv4 or ipv6");
	s = settings_of("power", &p);
	s.delay = PTP_E2E;
	refused(p, &s, "delay_mechanism = e2e: profile power allows only p2p");
	s = settings_of("802.1as", &p);
	s.mac = PTP_MAC_FORWARDABLE;
	refused(p, &s, "destination = forwardable: profile 802.1as allows only local");
	s = settings_of("802.1as", &p);
	s.two_step = false;
	refused(p, &s, "two_step = false: profile 802.1as allows only true");
	s = settings_of("default-e2e", &p);
	s.announce_timeout = 1;
	refused(p, &s,
		"announce_timeout = 1: profile default-e2e allows 2 to 10 announce intervals");
	s = settings_of("default-e2e", &p);
	s.two_step = false;
	accepted(p, &s);
	s.receiver_only = s.transmitter_only = true;
	refused(p, &s,
		"time_transmitter_only = true: not together with time_receiver_only = true");
	s = settings_of("default-e2e", &p);
	s.local_priority = 1;
	refused(p, &s, "local_priority = 1: profile default-e2e allows only 0");
	s.transport = 3;
	refused(p, &s,
		"transport = unknown: profile default-e2e allows only ethernet or ipv4 or ipv6");
}

/* Delay_Req goes with Sync in ST 2059-2; what a mechanism does not use is not looked at. */
static void test_intervals_together(void **state)
{
	const struct ptp_profile *p;
	struct ptp_settings s = settings_of("st2059-2", &p);

	s.log_min_delay_req = 2;
	accepted(p, &s);
	s.log_min_delay_req = 3;
	refused(p, &s,
		"delay_req_interval = 3: profile st2059-2 allows -3 to 2 (log2 of s) with sync_interval = -3");
	s.log_min_delay_req = -4;
	assert_int_equal(ptp_profile_check(p, &s, why, sizeof(why)), -EINVAL);
	s.log_sync = -4;
	accepted(p, &s);
	s.delay = PTP_P2P;
	s.log_min_delay_req = 99;
	accepted(p, &s);
	s.log_min_pdelay_req = 99;
	refused(p, &s, "pdelay_req_interval = 99: profile st2059-2 allows -7 to 4 (log2 of s)");
}

/* One below and one above each range, in every profile */
static void test_every_limit(void **state)
{
	const struct ptp_profile *p;
	unsigned int n = 0;

#define LIMITS(member)                                                               \
	do {                                                                         \
		for (int end = 0; end < 2; end++) {                                  \
			ptp_profile_defaults(p, &s);                                 \
			s.member = end ? p->member.max + 1 : p->member.min - 1;      \
			assert_int_equal(ptp_profile_check(p, &s, why, sizeof(why)), \
					 -EINVAL);                                   \
			assert_non_null(strstr(why, p->name));                       \
			n++;                                                         \
		}                                                                    \
	} while (0)

	for (unsigned int i = 0; (p = ptp_profile_at(i)); i++) {
		struct ptp_settings s;

		LIMITS(domain);
		LIMITS(priority1);
		LIMITS(priority2);
		LIMITS(local_priority);
		LIMITS(log_announce);
		LIMITS(log_sync);
		LIMITS(announce_timeout);
		LIMITS(sync_timeout);
		LIMITS(grant_s);
		if (p->delay.def == PTP_E2E)
			LIMITS(log_min_delay_req);
		else
			LIMITS(log_min_pdelay_req);
	}
	assert_int_equal(n, 12 * 20);
}

/* Whatever a profile allows its time-receivers to ask for can be granted, and no more. */
static void test_grants(void **state)
{
	static const struct {
		const char *name;
		s8 sync_min, sync_max, announce_min, announce_max;
		u32 duration_min, duration_max;
	} of[] = {
		{ "g8265.1", -7, 4, -3, 4, 60, 1000 },
		{ "g8275.2", -7, 0, -3, 0, 60, 1000 },
		{ "custom", -7, 4, -7, 4, 10, 86400 },
	};
	const struct ptp_profile *p;

	for (unsigned int i = 0; (p = ptp_profile_at(i)); i++) {
		struct ptp_grant_limits l = { .clients = 1, .rate_max = 7 };

		ptp_profile_grant_limits(p, &l);
		assert_int_equal(l.rate_max, 7);
		assert_int_equal(ptp_grant_limits_sound(&l), !!(p->delivery.allowed & PTP_UNICAST));
		for (unsigned int k = 0; k < ARRAY_SIZE(of); k++) {
			if (strcmp(of[k].name, p->name))
				continue;
			assert_int_equal(l.log_min[PTP_GRANT_SYNC], of[k].sync_min);
			assert_int_equal(l.log_max[PTP_GRANT_SYNC], of[k].sync_max);
			assert_int_equal(l.log_min[PTP_GRANT_ANNOUNCE], of[k].announce_min);
			assert_int_equal(l.log_max[PTP_GRANT_ANNOUNCE], of[k].announce_max);
			assert_int_equal(l.duration_min_s, of[k].duration_min);
			assert_int_equal(l.duration_max_s, of[k].duration_max);
		}
	}
}

static void test_words(void **state)
{
	assert_int_equal(ptp_transport_parse("ethernet"), PTP_OVER_ETHERNET);
	assert_int_equal(ptp_transport_parse("ipv6"), PTP_OVER_UDP6);
	assert_int_equal(ptp_transport_parse("ip"), -1);
	assert_int_equal(ptp_delivery_parse("hybrid"), PTP_HYBRID);
	assert_int_equal(ptp_delivery_parse(""), -1);
	assert_int_equal(ptp_delay_parse("p2p"), PTP_P2P);
	assert_int_equal(ptp_delay_parse("P2P"), -1);
	assert_int_equal(ptp_mac_parse("local"), PTP_MAC_LOCAL);
}

/* A short buffer cuts the sentence and nothing else. */
static void test_short_room(void **state)
{
	const struct ptp_profile *p;
	struct ptp_settings s = settings_of("default-e2e", &p);
	char small[8] = "xxxxxxx";

	s.domain = 200;
	assert_int_equal(ptp_profile_check(p, &s, small, 5), -EINVAL);
	assert_string_equal(small, "doma");
	assert_int_equal(small[5], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_tables_are_sound),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_comparison),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_intervals_together),
		cmocka_unit_test(test_every_limit),
		cmocka_unit_test(test_grants),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_short_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
