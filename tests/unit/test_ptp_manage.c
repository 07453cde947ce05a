// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/unicast_client.h"
#include "ptp_console.h"

static void test_header(void **unused)
{
	const struct answer *a = &lab.answer[0];

	assert_int_equal(get(false, PTP_MID_PRIORITY2, PTP_ALL_PORTS), 1);
	assert_int_equal(a->port, 0);
	assert_true(a->multicast);
	assert_int_equal(a->m.header.type, PTP_MANAGEMENT);
	assert_int_equal(a->m.header.clock, OWN);
	assert_int_equal(a->m.header.port, 1);
	assert_int_equal(a->m.header.domain, 24);
	assert_int_equal(a->m.header.minor_version, 1);
	assert_int_equal(a->m.header.sequence, lab.sequence);
	assert_int_equal(a->m.header.log_interval, PTP_LOG_INTERVAL_NONE);
	assert_int_equal(a->m.header.flags, 0);
	assert_int_equal(a->m.management.target.clock, PMC);
	assert_int_equal(a->m.management.target.port, 9);
	/* one hop was taken on the way here */
	assert_int_equal(a->m.management.hops_start, 1);
	assert_int_equal(a->m.management.hops, 1);
	assert_int_equal(a->m.management.action, PTP_RESPONSE);
	assert_int_equal(count().requests[0], 1);
	assert_int_equal(count().answers, 1);
	assert_int_equal(count().errors, 0);
}

static void test_unicast(void **unused)
{
	const struct ptp_management data = { .id = PTP_MID_PRIORITY1 };
	struct ptp_message m = request(PTP_GET, OWN, PTP_ALL_PORTS);
	u8 tlv[16];

	m.tlv = tlv;
	m.tlv_len = (u16)ptp_management_put(tlv, sizeof(tlv), &data);
	m.header.flags = PTP_FLAG_UNICAST;
	receive(&m, console);
	assert_int_equal(lab.n, 1);
	assert_false(lab.answer[0].multicast);
	assert_memory_equal(lab.answer[0].to, console, sizeof(console));
	assert_int_equal(lab.answer[0].m.header.flags, PTP_FLAG_UNICAST);
	receive(&m, NULL);
	assert_int_equal(lab.n, 0);
	assert_int_equal(count().malformed, 1);
}

/* What is asked of whom: ports, clocks, domains */
static void test_targets(void **unused)
{
	const struct ptp_management data = { .id = PTP_MID_DOMAIN };
	struct ptp_port_counters n;
	struct ptp_message m;
	u8 tlv[16];

	assert_int_equal(get(false, PTP_MID_PORT_DATA_SET, PTP_ALL_PORTS), 2);
	for (unsigned int i = 0; i < 2; i++) {
		union ptp_management_data d;

		assert_int_equal(lab.answer[i].port, 0);
		assert_int_equal(lab.answer[i].m.header.port, i + 1);
		assert_int_equal(said(i, PTP_MID_PORT_DATA_SET, &d), 0);
		assert_int_equal(d.port_ds.port.port, i + 1);
	}
	assert_int_equal(get(false, PTP_MID_PORT_DATA_SET, 2), 1);
	assert_int_equal(lab.answer[0].m.header.port, 2);
	assert_int_equal(get(false, PTP_MID_PORT_DATA_SET, 3), 1);
	assert_int_equal(said(0, PTP_MID_PORT_DATA_SET, NULL), PTP_WRONG_VALUE);
	assert_int_equal(lab.answer[0].m.header.port, 1);
	assert_int_equal(get(false, PTP_MID_PORT_DATA_SET, 0), 1);
	assert_int_equal(said(0, PTP_MID_PORT_DATA_SET, NULL), PTP_WRONG_VALUE);
	/* the clock's, whatever the port */
	assert_int_equal(get(false, PTP_MID_DOMAIN, 7), 1);

	m = request(PTP_GET, OWN, PTP_ALL_PORTS);
	m.tlv = tlv;
	m.tlv_len = (u16)ptp_management_put(tlv, sizeof(tlv), &data);
	receive(&m, NULL);
	assert_int_equal(lab.n, 1);
	m.header.domain = 0;
	receive(&m, NULL);
	assert_int_equal(lab.n, 0);
	m.header.domain = 24;
	m.header.sdo = 0x100;
	receive(&m, NULL);
	assert_int_equal(lab.n, 0);
	m.header.sdo = 0;
	m.header.clock = OWN;
	receive(&m, NULL);
	assert_int_equal(lab.n, 0);
	ptp_instance_count(lab.t, 0, &n);
	assert_int_equal(n.refused[PTP_REFUSED_DOMAIN], 1);
	assert_int_equal(n.refused[PTP_REFUSED_SDO], 1);
	assert_int_equal(n.refused[PTP_REFUSED_OWN], 1);
	assert_int_equal(n.refused[PTP_REFUSED_TYPE], 0);
	assert_int_equal(n.rx[PTP_MANAGEMENT], 9);
	assert_int_equal(n.tx[PTP_MANAGEMENT], 7);
}

/* A boundary clock passes on what is not for it alone. */
static void test_forward(void **unused)
{
	const struct ptp_management data = { .id = PTP_MID_DOMAIN };
	struct ptp_message m = request(PTP_GET, OTHER, 1);
	u8 tlv[16];

	m.tlv = tlv;
	m.tlv_len = (u16)ptp_management_put(tlv, sizeof(tlv), &data);
	receive(&m, NULL);
	assert_int_equal(lab.n, 1);
	assert_int_equal(lab.answer[0].port, 1);
	assert_int_equal(lab.answer[0].m.header.clock, PMC);
	assert_int_equal(lab.answer[0].m.header.sequence, m.header.sequence);
	assert_int_equal(lab.answer[0].m.management.target.clock, OTHER);
	assert_int_equal(lab.answer[0].m.management.hops_start, 2);
	assert_int_equal(lab.answer[0].m.management.hops, 0);
	assert_int_equal(lab.answer[0].m.tlv_len, m.tlv_len);
	assert_memory_equal(lab.answer[0].m.tlv, tlv, m.tlv_len);
	assert_int_equal(count().forwarded, 1);
	/* an answer, too */
	m.management.action = PTP_RESPONSE;
	receive(&m, NULL);
	assert_int_equal(lab.n, 1);
	assert_int_equal(lab.heard, 0);
	/* to all: both */
	m.management.action = PTP_GET;
	m.management.target.clock = PTP_ALL_CLOCKS;
	receive(&m, NULL);
	assert_int_equal(lab.n, 2);
	assert_int_equal(lab.answer[0].m.header.clock, PMC);
	assert_int_equal(lab.answer[1].m.header.clock, OWN);
	/* neither at the end of its way, nor where nobody is to hear it */
	m.management.target.clock = OTHER;
	m.management.hops = 0;
	receive(&m, NULL);
	assert_int_equal(lab.n, 0);
	m.management.hops = 1;
	m.header.flags = PTP_FLAG_UNICAST;
	receive(&m, console);
	assert_int_equal(lab.n, 0);
	m.header.flags = 0;
	ptp_instance_event(lab.t, 1, PTP_EV_DESIGNATED_DISABLED, lab.now);
	receive(&m, NULL);
	assert_int_equal(lab.n, 0);
	assert_int_equal(count().forwarded, 3);
}

static void test_heard(void **unused)
{
	struct ptp_message m = request(PTP_RESPONSE, OWN, 1);

	receive(&m, NULL);
	m.management.action = PTP_ACKNOWLEDGE;
	receive(&m, NULL);
	assert_int_equal(lab.heard, 2);
	assert_int_equal(lab.n, 0);
	assert_int_equal(count().heard, 2);
	/* of others' conversation */
	m.management.target.clock = PTP_ALL_CLOCKS;
	m.management.hops = 0;
	receive(&m, NULL);
	assert_int_equal(lab.heard, 2);
	assert_int_equal(lab.n, 0);
}

/* What each id is answered to GET, as it is asked from the network */
static u16 expected(u16 id)
{
	static const u16 ok[] = {
		PTP_MID_NULL_MANAGEMENT, PTP_MID_CLOCK_DESCRIPTION, PTP_MID_USER_DESCRIPTION,
		PTP_MID_DEFAULT_DATA_SET, PTP_MID_CURRENT_DATA_SET, PTP_MID_PARENT_DATA_SET,
		PTP_MID_TIME_PROPERTIES_DATA_SET, PTP_MID_PORT_DATA_SET, PTP_MID_PRIORITY1,
		PTP_MID_PRIORITY2, PTP_MID_DOMAIN, PTP_MID_SLAVE_ONLY,
		PTP_MID_LOG_ANNOUNCE_INTERVAL, PTP_MID_ANNOUNCE_RECEIPT_TIMEOUT,
		PTP_MID_LOG_SYNC_INTERVAL, PTP_MID_VERSION_NUMBER, PTP_MID_TIME,
		PTP_MID_CLOCK_ACCURACY, PTP_MID_UTC_PROPERTIES, PTP_MID_TRACEABILITY_PROPERTIES,
		PTP_MID_TIMESCALE_PROPERTIES, PTP_MID_UNICAST_NEGOTIATION_ENABLE,
		PTP_MID_PATH_TRACE_LIST, PTP_MID_PATH_TRACE_ENABLE,
		PTP_MID_ACCEPTABLE_MASTER_TABLE_ENABLED, PTP_MID_MASTER_ONLY,
		PTP_MID_EXTERNAL_PORT_CONFIGURATION_ENABLED, PTP_MID_EXT_PORT_CONFIG_PORT_DATA_SET,
		PTP_MID_DELAY_MECHANISM, PTP_MID_LOG_MIN_PDELAY_REQ_INTERVAL,
		PTP_MID_TIME_STATUS_NP, PTP_MID_GRANDMASTER_SETTINGS_NP,
		PTP_MID_PORT_DATA_SET_NP, PTP_MID_PORT_STATS_NP, PTP_MID_PORT_SERVICE_STATS_NP,
		PTP_MID_UNICAST_MASTER_TABLE_NP, PTP_MID_UNICAST_MASTER_MAX_TABLE_SIZE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(ok); i++)
		if (ok[i] == id)
			return 0;
	return PTP_NOT_SUPPORTED;
}

static void test_get_all(void **unused)
{
	const struct ptp_management_type *type;
	size_t n;

	type = ptp_management_types(&n);
	for (; n; n--, type++) {
		assert_int_equal(get(false, type->id, 2), 1);
		assert_int_equal(lab.answer[0].m.header.port,
				 type->scope == PTP_OF_PORT && !expected(type->id) ? 2 : 1);
		if (!expected(type->id)) {
			union ptp_management_data d;

			assert_int_equal(said(0, type->id, &d), 0);
		} else {
			assert_int_equal(said(0, type->id, NULL), PTP_NOT_SUPPORTED);
		}
	}
	assert_int_equal(get(false, 0x1fff, 1), 1);
	assert_int_equal(said(0, 0x1fff, NULL), PTP_NO_SUCH_ID);
	/* what the host is made of: not from the network */
	assert_int_equal(count().denied, 2);
	assert_int_equal(get(true, PTP_MID_PORT_PROPERTIES_NP, 2), 1);
	assert_int_equal(said(0, PTP_MID_PORT_PROPERTIES_NP, NULL), 0);
	assert_int_equal(get(true, PTP_MID_PORT_HWCLOCK_NP, 2), 1);
	assert_int_equal(said(0, PTP_MID_PORT_HWCLOCK_NP, NULL), 0);
	assert_int_equal(count().denied, 2);
}

static void test_clock_values(void **unused)
{
	union ptp_management_data d = value(PTP_MID_DEFAULT_DATA_SET);

	assert_int_equal(d.default_ds.flags, PTP_DEFAULT_TWO_STEP);
	assert_int_equal(d.default_ds.ports, 2);
	assert_int_equal(d.default_ds.priority1, 128);
	assert_int_equal(d.default_ds.priority2, 127);
	assert_int_equal(d.default_ds.quality.class, 248);
	assert_int_equal(d.default_ds.clock, OWN);
	assert_int_equal(d.default_ds.domain, 24);
	d = value(PTP_MID_CURRENT_DATA_SET);
	assert_int_equal(d.current_ds.offset, -98304);
	assert_int_equal(d.current_ds.mean_delay, 1234 * 65536 + 16384);
	d = value(PTP_MID_PARENT_DATA_SET);
	assert_int_equal(d.parent_ds.parent.clock, OWN);
	assert_int_equal(d.parent_ds.parent.port, 0);
	assert_int_equal(d.parent_ds.gm, OWN);
	assert_int_equal(d.parent_ds.gm_priority2, 127);
	assert_int_equal(d.parent_ds.observed_variance, 0xffff);
	d = value(PTP_MID_TIME_PROPERTIES_DATA_SET);
	assert_int_equal(d.time_properties.utc_offset, 37);
	assert_int_equal(d.time_properties.flags, 0x1c);
	assert_int_equal(d.time_properties.time_source, PTP_SOURCE_INTERNAL);
	assert_int_equal(value(PTP_MID_UTC_PROPERTIES).time_properties.flags, 0x04);
	assert_int_equal(value(PTP_MID_TIMESCALE_PROPERTIES).time_properties.flags, 0x08);
	assert_int_equal(value(PTP_MID_TRACEABILITY_PROPERTIES).time_properties.flags, 0x10);
	d = value(PTP_MID_TIME_STATUS_NP);
	assert_int_equal(d.time_status_np.offset_ns, -2);
	assert_int_equal(d.time_status_np.ingress_ns, 1700000036 * S);
	assert_int_equal(d.time_status_np.gm_present, 0);
	assert_int_equal(d.time_status_np.gm, OWN);
	assert_int_equal(value(PTP_MID_TIME).time_tai, 1700000037 * S + 5);
	assert_int_equal(value(PTP_MID_PATH_TRACE_LIST).clocks.len, 0);
	assert_int_equal(value(PTP_MID_PATH_TRACE_ENABLE).octet, 1);
	d = value(PTP_MID_USER_DESCRIPTION);
	assert_int_equal(d.text.len, 7);
	assert_memory_equal(d.text.b, "shelf 7", 7);
}

static void test_port_values(void **unused)
{
	union ptp_management_data d = value(PTP_MID_PORT_DATA_SET);

	assert_int_equal(d.port_ds.port.clock, OWN);
	assert_int_equal(d.port_ds.state, PTP_MASTER);
	assert_int_equal(d.port_ds.mean_link_delay, 77 * 65536 + 32768);
	assert_int_equal(d.port_ds.log_announce, 1);
	assert_int_equal(d.port_ds.announce_timeout, 3);
	assert_int_equal(d.port_ds.log_sync, -1);
	assert_int_equal(d.port_ds.delay_mechanism, PTP_E2E);
	assert_int_equal(d.port_ds.log_min_pdelay_req, 2);
	assert_int_equal(d.port_ds.version, 0x12);
	d = value(PTP_MID_CLOCK_DESCRIPTION);
	assert_int_equal(d.clock_description.clock_type, PTP_CLOCK_BOUNDARY);
	assert_int_equal(d.clock_description.protocol, PTP_NETWORK_UDP_IPV4);
	assert_int_equal(d.clock_description.protocol_address.len, 4);
	assert_memory_equal(d.clock_description.protocol_address.b, console + 12, 4);
	assert_int_equal(d.clock_description.physical_address.len, 6);
	assert_memory_equal(d.clock_description.profile,
			    ptp_profile_find("default-e2e")->id, 6);
	d = value(PTP_MID_PORT_PROPERTIES_NP);
	assert_int_equal(d.port_properties_np.timestamping, 1);
	assert_int_equal(d.port_properties_np.interface.len, 4);
	assert_memory_equal(d.port_properties_np.interface.b, "eth0", 4);
	d = value(PTP_MID_PORT_HWCLOCK_NP);
	assert_int_equal(d.port_hwclock_np.phc, 3);
	get(false, PTP_MID_DOMAIN, 1);
	d = value(PTP_MID_PORT_STATS_NP);
	assert_int_equal(d.port_stats_np.rx[PTP_MANAGEMENT], 1);
	assert_int_equal(d.port_stats_np.tx[PTP_MANAGEMENT], 1);
	assert_in_range(d.port_stats_np.tx[PTP_ANNOUNCE], 5, 20);
	assert_int_equal(value(PTP_MID_PORT_SERVICE_STATS_NP).port_service_stats_np
			 .master_announce_timeout, d.port_stats_np.tx[PTP_ANNOUNCE]);
}

static void test_unicast_table(void **unused)
{
	static const u8 want[] = {
		/* not heard of yet */
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 10, 0, 0, 9,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 10, 0, 0, 8,
	};
	struct ptp_transmitter t[PTP_TRANSMITTERS_MAX] = { 0 };
	struct ptp_port_config cfg = *ptp_instance_port_config(lab.t, 1);
	union ptp_management_data d;

	d = value(PTP_MID_UNICAST_MASTER_TABLE_NP);
	assert_int_equal(d.unicast_table_np.size, 0);
	assert_int_equal(d.unicast_table_np.entries.len, 0);
	cfg.delivery = PTP_UNICAST;
	cfg.asking.duration_s = 300;
	assert_true(ptp_instance_configure_port(lab.t, 1, &cfg, lab.now));
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++) {
		memcpy(t[i].address, console, sizeof(console));
		t[i].address[15] = (u8)(9 - i);
	}
	assert_true(ptp_instance_set_transmitters(lab.t, 1, t, 2, lab.now));
	assert_int_equal(get(false, PTP_MID_UNICAST_MASTER_TABLE_NP, 2), 1);
	assert_int_equal(said(0, PTP_MID_UNICAST_MASTER_TABLE_NP, &d), 0);
	assert_int_equal(d.unicast_table_np.size, 2);
	assert_int_equal(d.unicast_table_np.entries.len, sizeof(want));
	assert_memory_equal(d.unicast_table_np.entries.b, want, sizeof(want));
	/* more than a message can say */
	assert_true(ptp_instance_set_transmitters(lab.t, 1, t, 53, lab.now));
	assert_int_equal(get(false, PTP_MID_UNICAST_MASTER_TABLE_NP, 2), 1);
	assert_int_equal(said(0, PTP_MID_UNICAST_MASTER_TABLE_NP, &d), 0);
	assert_int_equal(d.unicast_table_np.size, 53);
	assert_true(ptp_instance_set_transmitters(lab.t, 1, t, 54, lab.now));
	assert_int_equal(get(false, PTP_MID_UNICAST_MASTER_TABLE_NP, 2), 1);
	assert_int_equal(said(0, PTP_MID_UNICAST_MASTER_TABLE_NP, &d), PTP_RESPONSE_TOO_BIG);
}

static void test_wrong(void **unused)
{
	static const u8 two[] = {
		0, 1, 0, 2, 0x20, 0x05, 0, 1, 0, 2, 0x20, 0x05,
	};
	static const u8 empty_set[] = { 0, 1, 0, 2, 0x20, 0x05 };
	static const u8 long_set[] = { 0, 1, 0, 6, 0x20, 0x05, 1, 0, 0, 0 };
	static const u8 not_management[] = { 0, 8, 0, 0 };
	static const u8 no_id[] = { 0, 1, 0, 0 };
	struct ptp_message m;

	allow(true, true);
	assert_int_equal(ask_tlv(false, PTP_GET, 1, two, sizeof(two)), 0);
	assert_int_equal(ask_tlv(false, PTP_GET, 1, NULL, 0), 0);
	assert_int_equal(ask_tlv(false, PTP_GET, 1, not_management, sizeof(not_management)), 0);
	assert_int_equal(ask_tlv(false, PTP_GET, 1, no_id, sizeof(no_id)), 0);
	assert_int_equal(count().malformed, 4);
	m = request(PTP_GET, OWN, 1);
	m.tlv = empty_set;
	m.tlv_len = sizeof(empty_set);
	m.management.hops = 3;
	receive(&m, NULL);
	assert_int_equal(lab.n, 0);
	assert_int_equal(count().malformed, 5);
	assert_int_equal(ask_tlv(false, PTP_SET, 1, empty_set, sizeof(empty_set)), 1);
	assert_int_equal(said(0, PTP_MID_PRIORITY1, NULL), PTP_WRONG_LENGTH);
	assert_int_equal(ask_tlv(false, PTP_SET, 1, long_set, sizeof(long_set)), 1);
	assert_int_equal(said(0, PTP_MID_PRIORITY1, NULL), PTP_WRONG_LENGTH);
	/* that of a GET means nothing: pmc sends zeros */
	assert_int_equal(ask_tlv(false, PTP_GET, 1, long_set, sizeof(long_set)), 1);
	assert_int_equal(said(0, PTP_MID_PRIORITY1, NULL), 0);
	assert_int_equal(value(PTP_MID_PRIORITY1).octet, 128);
	assert_int_equal(lab.changes, 0);
}

/* Whoever asks very often is not answered any more, and then again. */
static void test_limit(void **unused)
{
	unsigned int answered = 0;

	for (unsigned int i = 0; i < 4096; i++)
		answered += get(false, PTP_MID_PORT_STATS_NP, 1);
	assert_int_equal(answered, PTP_BMCA_PORTS_MAX);
	assert_int_equal(count().limited, 4096 - PTP_BMCA_PORTS_MAX);
	/* who asks here is */
	assert_int_equal(get(true, PTP_MID_PORT_STATS_NP, 1), 1);
	lab.now += S;
	for (unsigned int i = 0; i < 4096; i++)
		answered += get(false, PTP_MID_PORT_STATS_NP, 1);
	assert_int_equal(answered, PTP_BMCA_PORTS_MAX + 256);
}

static void test_nobody(void **unused)
{
	struct ptp_port_counters n;

	ptp_instance_set_manager(lab.t, NULL);
	assert_int_equal(get(false, PTP_MID_PRIORITY1, 1), 0);
	ptp_instance_count(lab.t, 0, &n);
	assert_int_equal(n.refused[PTP_REFUSED_TYPE], 1);
	assert_int_equal(count().requests[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_header), TEST(test_unicast), TEST(test_targets), TEST(test_forward),
		TEST(test_heard), TEST(test_get_all), TEST(test_clock_values),
		TEST(test_port_values), TEST(test_unicast_table), TEST(test_wrong), TEST(test_limit), TEST(test_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
