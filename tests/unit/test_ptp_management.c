// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Vectors are written down from IEEE 1588-2019 clause 15.5.3, those of linuxptp's own
 * from what pmc and ptp4l exchange.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ptp_management.h"

#define CLOCK_OCTETS 0x00, 0x1b, 0x21, 0xff, 0xfe, 0x74, 0x51, 0xa2
#define CLOCK 0x001b21fffe7451a2ULL
#define GM_OCTETS 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77
#define GM 0x0011223344556677ULL

enum { HEAD = PTP_TLV_HEAD + 2 };

static u8 built[1024];
static union ptp_management_data d;

static struct ptp_management management(u16 id, const u8 *data, size_t len)
{
	return (struct ptp_management){ id, data, (u16)len };
}

/*
 * Reads @data, without its last octets of @odd at most one, to d; no other length will
 * do. And builds d again.
 */
static void check(u16 id, const u8 *data, size_t len, bool odd)
{
	static u8 longer[512];
	struct ptp_management m = management(id, longer, 0), again;
	struct ptp_tlv_walk w;
	struct ptp_tlv t;

	memcpy(longer, data, len);
	for (; m.len < len + 8; m.len++)
		assert_int_equal(ptp_management_data_get(&m, &d),
				 m.len == len || (odd && m.len + 1u == len) ? 0 : -EMSGSIZE);
	memset(&d, 0xee, sizeof(d));
	m = management(id, data, len);
	assert_int_equal(ptp_management_data_get(&m, &d), 0);
	for (size_t room = 0; room < HEAD + len; room++)
		assert_int_equal(ptp_management_data_put(built, room, id, &d), 0);
	memset(built, 0xee, sizeof(built));
	assert_int_equal(ptp_management_data_put(built, sizeof(built), id, &d), HEAD + len);
	assert_int_equal(built[HEAD + len], 0xee);
	w = ptp_tlv_walk(built, HEAD + len);
	assert_true(ptp_tlv_next(&w, &t));
	assert_true(ptp_management_get(&t, &again));
	assert_int_equal(again.id, id);
	assert_int_equal(again.len, len);
	assert_memory_equal(again.data, data, len);
}

static void test_tlv(void **state)
{
	static const u8 octets[] = { 0x00, 0x01, 0x00, 0x04, 0x20, 0x05, 0x80, 0x00 };
	struct ptp_tlv t = { PTP_TLV_MANAGEMENT, 4, octets + 4 };
	struct ptp_management m;

	assert_true(ptp_management_get(&t, &m));
	assert_int_equal(m.id, PTP_MID_PRIORITY1);
	assert_int_equal(m.len, 2);
	assert_ptr_equal(m.data, octets + 6);
	for (size_t room = 0; room < sizeof(octets); room++)
		assert_int_equal(ptp_management_put(built, room, &m), 0);
	assert_int_equal(ptp_management_put(built, sizeof(built), &m), sizeof(octets));
	assert_memory_equal(built, octets, sizeof(octets));
	m.len = 0;
	assert_int_equal(ptp_management_put(built, sizeof(built), &m), HEAD);
	t.len = 2;
	assert_true(ptp_management_get(&t, &m));
	assert_int_equal(m.len, 0);
	t.len = 1;
	assert_false(ptp_management_get(&t, &m));
	t.len = 4;
	t.type = PTP_TLV_PAD;
	assert_false(ptp_management_get(&t, &m));
}

static void test_types(void **state)
{
	const struct ptp_management_type *type, *end;
	size_t n;

	type = ptp_management_types(&n);
	assert_int_equal(n, 65);
	for (end = type + n; type < end; type++) {
		assert_ptr_equal(ptp_management_type(type->id), type);
		assert_true(type + 1 == end || type->id < type[1].id);
		assert_true(type->actions);
		/* requests only, and commands change what cannot be read */
		assert_false(type->actions & (PTP_ACTION(PTP_RESPONSE) | PTP_ACTION(PTP_ACKNOWLEDGE)));
		assert_true(type->id == PTP_MID_NULL_MANAGEMENT ||
			    !(type->actions & PTP_ACTION(PTP_COMMAND)) ||
			    type->actions == PTP_ACTION(PTP_COMMAND));
	}
	assert_null(ptp_management_type(0x1fff));
	assert_null(ptp_management_type(0xffff));
	type = ptp_management_type(PTP_MID_PRIORITY2);
	assert_string_equal(type->name, "PRIORITY2");
	assert_int_equal(type->scope, PTP_OF_CLOCK);
	assert_int_equal(type->actions, PTP_ACTION(PTP_GET) | PTP_ACTION(PTP_SET));
	assert_int_equal(ptp_management_type(PTP_MID_PORT_DATA_SET)->scope, PTP_OF_PORT);
}

static void test_not_known(void **state)
{
	struct ptp_management m = management(0x1fff, NULL, 0);

	assert_int_equal(ptp_management_data_get(&m, &d), -EOPNOTSUPP);
	m.id = PTP_MID_FAULT_LOG;
	assert_int_equal(ptp_management_data_get(&m, &d), -EOPNOTSUPP);
	assert_int_equal(ptp_management_data_put(built, sizeof(built), 0x1fff, &d), 0);
	assert_int_equal(ptp_management_data_put(built, sizeof(built), PTP_MID_FAULT_LOG, &d), 0);
}

static void test_nothing(void **state)
{
	static const u16 ids[] = {
		PTP_MID_NULL_MANAGEMENT, PTP_MID_ENABLE_PORT, PTP_MID_DISABLE_PORT,
		PTP_MID_SAVE_IN_NON_VOLATILE_STORAGE, PTP_MID_FAULT_LOG_RESET,
	};
	static const u8 none[1];

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		check(ids[i], none, 0, false);
}

static void test_clock_description(void **state)
{
	static const u8 data[] = {
		0x80, 0x00,
		0x04, 'E', 't', 'h', '1',
		0x00, 0x06, 0x00, 0x1b, 0x21, 0x74, 0x51, 0xa2,
		0x00, 0x01, 0x00, 0x04, 192, 0, 2, 1,
		0xac, 0xde, 0x48, 0x00,
		0x03, 'a', ';', 'b',
		0x02, '1', ';',
		0x00,
		0x00, 0x1b, 0x19, 0x00, 0x01, 0x00,
		0x00,
	};
	const struct ptp_clock_description *c = &d.clock_description;

	check(PTP_MID_CLOCK_DESCRIPTION, data, sizeof(data), true);
	assert_int_equal(c->clock_type, PTP_CLOCK_ORDINARY);
	assert_int_equal(c->physical_protocol.len, 4);
	assert_memory_equal(c->physical_protocol.b, "Eth1", 4);
	assert_int_equal(c->physical_address.len, 6);
	assert_memory_equal(c->physical_address.b, data + 9, 6);
	assert_int_equal(c->protocol, PTP_NETWORK_UDP_IPV4);
	assert_int_equal(c->protocol_address.len, 4);
	assert_memory_equal(c->protocol_address.b, data + 19, 4);
	assert_memory_equal(c->manufacturer, data + 23, 3);
	assert_int_equal(c->product.len, 3);
	assert_memory_equal(c->product.b, "a;b", 3);
	assert_int_equal(c->revision.len, 2);
	assert_int_equal(c->user.len, 0);
	assert_memory_equal(c->profile, data + 35, 6);
}

/* A length inside that says more than there is. */
static void test_long_texts(void **state)
{
	static const u8 text[] = { 0x05, 'a', 'b', 'c' };
	u8 description[] = {
		0x80, 0x00, 0x00, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	struct ptp_management m = management(PTP_MID_USER_DESCRIPTION, text, sizeof(text));

	assert_int_equal(ptp_management_data_get(&m, &d), -EMSGSIZE);
	m = management(PTP_MID_CLOCK_DESCRIPTION, description, sizeof(description));
	assert_int_equal(ptp_management_data_get(&m, &d), -EMSGSIZE);
	description[3] = 0;
	description[4] = 0;
	assert_int_equal(ptp_management_data_get(&m, &d), 0);
	description[2] = 19;
	assert_int_equal(ptp_management_data_get(&m, &d), -EMSGSIZE);
	d.text = (struct ptp_octets){ built + 512, 256 };
	assert_int_equal(ptp_management_data_put(built, 512, PTP_MID_USER_DESCRIPTION, &d), 0);
	d.text.len = 255;
	assert_int_equal(ptp_management_data_put(built, 512, PTP_MID_USER_DESCRIPTION, &d), HEAD + 256);
}

static void test_user_description(void **state)
{
	static const u8 even[] = { 0x03, 'l', 'a', 'b' };
	static const u8 odd[] = { 0x02, 'l', 'a', 0x00 };

	check(PTP_MID_USER_DESCRIPTION, even, sizeof(even), false);
	assert_int_equal(d.text.len, 3);
	check(PTP_MID_USER_DESCRIPTION, odd, sizeof(odd), true);
	assert_int_equal(d.text.len, 2);
	assert_memory_equal(d.text.b, "la", 2);
}

static void test_default_ds(void **state)
{
	static const u8 data[] = {
		0x03, 0x00, 0x01, 0x02, 0x80, 0x06, 0x21, 0x4e, 0x5d, 0x81, CLOCK_OCTETS, 0x18, 0x00,
	};

	check(PTP_MID_DEFAULT_DATA_SET, data, sizeof(data), false);
	assert_int_equal(d.default_ds.flags, PTP_DEFAULT_TWO_STEP | PTP_DEFAULT_SLAVE_ONLY);
	assert_int_equal(d.default_ds.ports, 258);
	assert_int_equal(d.default_ds.priority1, 128);
	assert_int_equal(d.default_ds.quality.class, 6);
	assert_int_equal(d.default_ds.quality.accuracy, 0x21);
	assert_int_equal(d.default_ds.quality.variance, 0x4e5d);
	assert_int_equal(d.default_ds.priority2, 129);
	assert_true(d.default_ds.clock == CLOCK);
	assert_int_equal(d.default_ds.domain, 24);
}

static void test_current_ds(void **state)
{
	static const u8 data[] = {
		0x00, 0x01,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x80, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x03, 0xe8, 0x00, 0x00,
	};

	check(PTP_MID_CURRENT_DATA_SET, data, sizeof(data), false);
	assert_int_equal(d.current_ds.steps_removed, 1);
	assert_true(d.current_ds.offset == -0x8000);
	assert_true(d.current_ds.mean_delay == 1000 << 16);
}

static void test_parent_ds(void **state)
{
	static const u8 data[] = {
		CLOCK_OCTETS, 0x00, 0x02, 0x01, 0x00, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xfd,
		0x7f, 0x06, 0x20, 0x4e, 0x5d, 0x80, GM_OCTETS,
	};
	const struct ptp_parent_data *p = &d.parent_ds;

	check(PTP_MID_PARENT_DATA_SET, data, sizeof(data), false);
	assert_true(p->parent.clock == CLOCK);
	assert_int_equal(p->parent.port, 2);
	assert_int_equal(p->stats, 1);
	assert_int_equal(p->observed_variance, 0xfffe);
	assert_int_equal(p->observed_rate, -3);
	assert_int_equal(p->gm_priority1, 127);
	assert_int_equal(p->gm_quality.class, 6);
	assert_int_equal(p->gm_quality.accuracy, 0x20);
	assert_int_equal(p->gm_quality.variance, 0x4e5d);
	assert_int_equal(p->gm_priority2, 128);
	assert_true(p->gm == GM);
}

static void test_times(void **state)
{
	static const u8 properties[] = { 0x00, 0x25, 0x3c, 0x20 };
	static const u8 utc[] = { 0xff, 0xdb, 0x05, 0x00 };
	static const u8 traceability[] = { 0x30, 0x00 };
	static const u8 timescale[] = { 0x08, 0xa0 };
	static const u8 now[] = { 0, 0, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const u8 never[] = { 0, 0, 0, 0, 0, 1, 0x3b, 0x9a, 0xca, 0x00 };
	struct ptp_management m = management(PTP_MID_TIME, never, sizeof(never));

	check(PTP_MID_TIME_PROPERTIES_DATA_SET, properties, sizeof(properties), false);
	assert_int_equal(d.time_properties.utc_offset, 37);
	assert_int_equal(d.time_properties.flags, 0x3c);
	assert_int_equal(d.time_properties.time_source, 0x20);
	check(PTP_MID_UTC_PROPERTIES, utc, sizeof(utc), false);
	assert_int_equal(d.time_properties.utc_offset, -37);
	assert_int_equal(d.time_properties.flags, PTP_FLAG_LEAP61 | PTP_FLAG_UTC_VALID);
	check(PTP_MID_TRACEABILITY_PROPERTIES, traceability, sizeof(traceability), false);
	assert_int_equal(d.time_properties.flags, 0x30);
	check(PTP_MID_TIMESCALE_PROPERTIES, timescale, sizeof(timescale), false);
	assert_int_equal(d.time_properties.flags, PTP_FLAG_PTP_TIMESCALE);
	assert_int_equal(d.time_properties.time_source, 0xa0);
	check(PTP_MID_TIME, now, sizeof(now), false);
	assert_true(d.time_tai == NSEC_PER_SEC + 2);
	assert_int_equal(ptp_management_data_get(&m, &d), -EBADMSG);
	d.time_tai = -1;
	assert_int_equal(ptp_management_data_put(built, sizeof(built), PTP_MID_TIME, &d), 0);
}

static void test_port_ds(void **state)
{
	static const u8 data[] = {
		CLOCK_OCTETS, 0x00, 0x01, 0x09, 0xff,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x80, 0x00,
		0x01, 0x03, 0xfd, 0x02, 0xfe, 0x12,
	};

	check(PTP_MID_PORT_DATA_SET, data, sizeof(data), false);
	assert_true(d.port_ds.port.clock == CLOCK);
	assert_int_equal(d.port_ds.port.port, 1);
	assert_int_equal(d.port_ds.state, 9);
	assert_int_equal(d.port_ds.log_min_delay_req, -1);
	assert_true(d.port_ds.mean_link_delay == 0x18000);
	assert_int_equal(d.port_ds.log_announce, 1);
	assert_int_equal(d.port_ds.announce_timeout, 3);
	assert_int_equal(d.port_ds.log_sync, -3);
	assert_int_equal(d.port_ds.delay_mechanism, PTP_DELAY_P2P);
	assert_int_equal(d.port_ds.log_min_pdelay_req, -2);
	assert_int_equal(d.port_ds.version, 0x12);
}

static void test_octets(void **state)
{
	static const u16 ids[] = {
		PTP_MID_PRIORITY1, PTP_MID_PRIORITY2, PTP_MID_DOMAIN, PTP_MID_SLAVE_ONLY,
		PTP_MID_ANNOUNCE_RECEIPT_TIMEOUT, PTP_MID_VERSION_NUMBER, PTP_MID_CLOCK_ACCURACY,
		PTP_MID_UNICAST_NEGOTIATION_ENABLE, PTP_MID_PATH_TRACE_ENABLE, PTP_MID_MASTER_ONLY,
		PTP_MID_ACCEPTABLE_MASTER_TABLE_ENABLED, PTP_MID_ALTERNATE_TIME_OFFSET_MAX_KEY,
		PTP_MID_EXTERNAL_PORT_CONFIGURATION_ENABLED, PTP_MID_HOLDOVER_UPGRADE_ENABLE,
		PTP_MID_PRIMARY_DOMAIN, PTP_MID_DELAY_MECHANISM,
		PTP_MID_SYNCHRONIZATION_UNCERTAIN_NP,
	};
	static const u16 intervals[] = {
		PTP_MID_LOG_ANNOUNCE_INTERVAL, PTP_MID_LOG_SYNC_INTERVAL,
		PTP_MID_LOG_MIN_PDELAY_REQ_INTERVAL,
	};
	static const u8 data[] = { 0xfd, 0x00 };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		check(ids[i], data, sizeof(data), false);
		assert_int_equal(d.octet, 253);
	}
	for (size_t i = 0; i < ARRAY_SIZE(intervals); i++) {
		check(intervals[i], data, sizeof(data), false);
		assert_int_equal(d.interval, -3);
	}
}

static void test_small_ones(void **state)
{
	static const u8 key[] = { 0x12, 0x34 };
	static const u8 enable[] = { 0x05, 0x01 };
	static const u8 name[] = { 0x05, 0x02, 'd', 'e' };
	static const u8 properties[] = {
		0x05, 0x00, 0x00, 0x0e, 0x10, 0xff, 0xff, 0xf1, 0xf0, 0, 1, 0, 0, 0, 2, 0,
	};

	check(PTP_MID_INITIALIZE, key, sizeof(key), false);
	assert_int_equal(d.number, 0x1234);
	check(PTP_MID_UNICAST_MASTER_MAX_TABLE_SIZE, key, sizeof(key), false);
	check(PTP_MID_ACCEPTABLE_MASTER_MAX_TABLE_SIZE, key, sizeof(key), false);
	check(PTP_MID_ALTERNATE_TIME_OFFSET_ENABLE, enable, sizeof(enable), false);
	assert_int_equal(d.alternate_enable.key, 5);
	assert_int_equal(d.alternate_enable.flags, 1);
	check(PTP_MID_ALTERNATE_TIME_OFFSET_NAME, name, sizeof(name), false);
	assert_int_equal(d.alternate_time.key, 5);
	assert_int_equal(d.alternate_time.name.len, 2);
	check(PTP_MID_ALTERNATE_TIME_OFFSET_PROPERTIES, properties, sizeof(properties), false);
	assert_int_equal(d.alternate_time.offset, 3600);
	assert_int_equal(d.alternate_time.jump, -3600);
	assert_true(d.alternate_time.next_jump_s == 0x100000002);
}

static void test_path_trace_list(void **state)
{
	static const u8 data[] = { CLOCK_OCTETS, GM_OCTETS };
	struct ptp_management m = management(PTP_MID_PATH_TRACE_LIST, data, 0);

	for (; m.len <= sizeof(data); m.len++) {
		assert_int_equal(ptp_management_data_get(&m, &d), m.len % 8 ? -EMSGSIZE : 0);
		if (!(m.len % 8))
			assert_int_equal(d.clocks.len, m.len);
	}
	d.clocks = (struct ptp_octets){ data, 16 };
	assert_int_equal(ptp_management_data_put(built, 64, PTP_MID_PATH_TRACE_LIST, &d), HEAD + 16);
	assert_memory_equal(built + HEAD, data, 16);
	d.clocks.len = 12;
	assert_int_equal(ptp_management_data_put(built, 64, PTP_MID_PATH_TRACE_LIST, &d), 0);
}

static void test_time_status_np(void **state)
{
	static const u8 data[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfb,
		0x18, 0xd7, 0x6b, 0x1c, 0x4f, 0x2a, 0x00, 0x01,
		0xff, 0xff, 0xff, 0xfe, 0x00, 0x00, 0x00, 0x03, 0x00, 0x04,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x80, 0x00,
		0x00, 0x00, 0x00, 0x01, GM_OCTETS,
	};
	const struct ptp_time_status_np *s = &d.time_status_np;

	check(PTP_MID_TIME_STATUS_NP, data, sizeof(data), false);
	assert_true(s->offset_ns == -5);
	assert_true(s->ingress_ns == 0x18d76b1c4f2a0001);
	assert_int_equal(s->rate_offset, -2);
	assert_int_equal(s->frequency_change, 3);
	assert_int_equal(s->time_base, 4);
	assert_true(ptp_scaled_ns_to_ns(&s->phase_change) == 8);
	assert_int_equal(s->gm_present, 1);
	assert_true(s->gm == GM);
}

static void test_linuxptp(void **state)
{
	static const u8 settings[] = { 0xf8, 0xfe, 0xff, 0xff, 0x00, 0x25, 0x0c, 0xa0 };
	static const u8 port_ds[] = { 0x01, 0x31, 0x2d, 0x00, 0xff, 0xff, 0xff, 0xff };
	static const u8 properties[] = { CLOCK_OCTETS, 0, 1, 9, 1, 4, 'e', 't', 'h', '0', 0 };
	static const u8 hwclock[] = { CLOCK_OCTETS, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00 };
	static u8 events[66] = { 0x00, 0xb4, 0x03 };

	check(PTP_MID_GRANDMASTER_SETTINGS_NP, settings, sizeof(settings), false);
	assert_int_equal(d.grandmaster_settings_np.quality.class, 248);
	assert_int_equal(d.grandmaster_settings_np.quality.accuracy, 0xfe);
	assert_int_equal(d.grandmaster_settings_np.quality.variance, 0xffff);
	assert_int_equal(d.grandmaster_settings_np.utc_offset, 37);
	assert_int_equal(d.grandmaster_settings_np.flags, 0x0c);
	assert_int_equal(d.grandmaster_settings_np.time_source, 0xa0);
	check(PTP_MID_PORT_DATA_SET_NP, port_ds, sizeof(port_ds), false);
	assert_int_equal(d.port_ds_np.delay_threshold_ns, 20000000);
	assert_int_equal(d.port_ds_np.as_capable, -1);
	check(PTP_MID_PORT_PROPERTIES_NP, properties, sizeof(properties), true);
	assert_true(d.port_properties_np.port.clock == CLOCK);
	assert_int_equal(d.port_properties_np.port.port, 1);
	assert_int_equal(d.port_properties_np.state, 9);
	assert_int_equal(d.port_properties_np.timestamping, 1);
	assert_int_equal(d.port_properties_np.interface.len, 4);
	assert_memory_equal(d.port_properties_np.interface.b, "eth0", 4);
	check(PTP_MID_PORT_HWCLOCK_NP, hwclock, sizeof(hwclock), false);
	assert_int_equal(d.port_hwclock_np.phc, -1);
	assert_int_equal(d.port_hwclock_np.flags, 1);
	check(PTP_MID_SUBSCRIBE_EVENTS_NP, events, sizeof(events), false);
	assert_int_equal(d.subscribe_events_np.duration_s, 180);
	assert_int_equal(d.subscribe_events_np.events[0], 3);
	assert_int_equal(d.subscribe_events_np.events[63], 0);
}

static void test_port_stats_np(void **state)
{
	u8 data[10 + 256] = { CLOCK_OCTETS, 0, 1 };

	/* received Sync 0x0807060504030201, sent management 513 */
	for (u8 i = 0; i < 8; i++)
		data[10 + i] = i + 1;
	data[10 + 128 + 8 * PTP_MANAGEMENT] = 1;
	data[10 + 128 + 8 * PTP_MANAGEMENT + 1] = 2;
	check(PTP_MID_PORT_STATS_NP, data, sizeof(data), false);
	assert_true(d.port_stats_np.rx[PTP_SYNC] == 0x0807060504030201);
	assert_true(d.port_stats_np.tx[PTP_MANAGEMENT] == 513);
	assert_true(d.port_stats_np.tx[PTP_SYNC] == 0);
}

static void test_newer_np(void **state)
{
	static const u8 power[] = {
		0x07, 0xe1, 0x00, 0xfe, 0, 0, 0, 50, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
	};
	static const u8 cmlds[] = {
		0, 0, 0, 0, 0, 1, 0x80, 0, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 1,
	};
	static const u8 external[] = { GM_OCTETS, 0x01, 0x02 };
	static const u8 table[] = { 0x00, 0x01, 1, 2, 3, 4 };
	u8 service[10 + 80] = { CLOCK_OCTETS, 0, 1 };
	struct ptp_management m = management(PTP_MID_UNICAST_MASTER_TABLE_NP, table, 6);

	check(PTP_MID_POWER_PROFILE_SETTINGS_NP, power, sizeof(power), false);
	assert_int_equal(d.power_settings_np.version, 2017);
	assert_int_equal(d.power_settings_np.gm_id, 0xfe);
	assert_int_equal(d.power_settings_np.gm_inaccuracy_ns, 50);
	assert_true(d.power_settings_np.total_inaccuracy_ns == UINT32_MAX);
	check(PTP_MID_CMLDS_INFO_NP, cmlds, sizeof(cmlds), false);
	assert_true(d.cmlds_info_np.mean_link_delay == 0x18000);
	assert_int_equal(d.cmlds_info_np.rate_ratio, -2);
	assert_int_equal(d.cmlds_info_np.as_capable, 1);
	check(PTP_MID_EXTERNAL_GRANDMASTER_PROPERTIES_NP, external, sizeof(external), false);
	assert_true(d.external_gm_np.gm == GM);
	assert_int_equal(d.external_gm_np.steps_removed, 0x102);
	for (u8 i = 0; i < 10; i++)
		service[10 + 8 * i] = i + 1;
	check(PTP_MID_PORT_SERVICE_STATS_NP, service, sizeof(service), false);
	assert_true(d.port_service_stats_np.announce_timeout == 1);
	assert_true(d.port_service_stats_np.delay_timeout == 3);
	assert_true(d.port_service_stats_np.followup_mismatch == 10);
	/* entries of any size, at least none */
	assert_int_equal(ptp_management_data_get(&m, &d), 0);
	assert_int_equal(d.unicast_table_np.size, 1);
	assert_int_equal(d.unicast_table_np.entries.len, 4);
	assert_ptr_equal(d.unicast_table_np.entries.b, table + 2);
	assert_int_equal(ptp_management_data_put(built, sizeof(built), m.id, &d), HEAD + 6);
	assert_memory_equal(built + HEAD, table, 6);
	m.len = 2;
	assert_int_equal(ptp_management_data_get(&m, &d), 0);
	m.len = 1;
	assert_int_equal(ptp_management_data_get(&m, &d), -EMSGSIZE);
}

static void test_error_status(void **state)
{
	static const u8 octets[] = {
		0x00, 0x02, 0x00, 0x0c, 0x00, 0x05, 0x20, 0x00, 0, 0, 0, 0, 0x02, 'n', 'o', 0x00,
	};
	struct ptp_tlv t = { PTP_TLV_MANAGEMENT_ERROR_STATUS, 12, octets + 4 };
	struct ptp_management_error_status e;

	assert_true(ptp_management_error_get(&t, &e));
	assert_int_equal(e.error, PTP_NOT_SETABLE);
	assert_int_equal(e.id, PTP_MID_DEFAULT_DATA_SET);
	assert_int_equal(e.text.len, 2);
	assert_memory_equal(e.text.b, "no", 2);
	for (size_t room = 0; room < sizeof(octets); room++)
		assert_int_equal(ptp_management_error_put(built, room, &e), 0);
	assert_int_equal(ptp_management_error_put(built, sizeof(built), &e), sizeof(octets));
	assert_memory_equal(built, octets, sizeof(octets));
	for (t.len = 0; t.len <= 12; t.len++)
		assert_int_equal(ptp_management_error_get(&t, &e), t.len == 8 || t.len >= 11);
	t.len = 8;
	assert_true(ptp_management_error_get(&t, &e));
	assert_int_equal(e.text.len, 0);
	assert_int_equal(ptp_management_error_put(built, sizeof(built), &e), 12);
	assert_int_equal(built[3], 8);
	t.type = PTP_TLV_MANAGEMENT;
	assert_false(ptp_management_error_get(&t, &e));
	e.text.len = 256;
	assert_int_equal(ptp_management_error_put(built, sizeof(built), &e), 0);
	for (u16 error = 1; error <= 6; error++)
		assert_non_null(ptp_management_error_name(error));
	assert_string_equal(ptp_management_error_name(0xfffe), "GENERAL_ERROR");
	assert_null(ptp_management_error_name(7));
}

/* What people are shown: a number with its sign. */
static void test_field_numbers(void **state)
{
	static const u8 data[] = { 0xff, 0xdb, 0xff, 0xa0 };
	const struct ptp_layout *l = ptp_management_type(PTP_MID_TIME_PROPERTIES_DATA_SET)->layout;
	struct ptp_management m = management(PTP_MID_TIME_PROPERTIES_DATA_SET, data, 4);

	assert_int_equal(ptp_management_data_get(&m, &d), 0);
	assert_int_equal(l->fields, 3);
	assert_int_equal(l->size, sizeof(d));
	assert_string_equal(l->field[0].name, "currentUtcOffset");
	assert_int_equal(ptp_field_number(&l->field[0], &d), -37);
	assert_int_equal(ptp_field_number(&l->field[1], &d), 255);
	d.interval = -3;
	l = ptp_management_type(PTP_MID_LOG_SYNC_INTERVAL)->layout;
	assert_int_equal(ptp_field_number(&l->field[0], &d), -3);
	d.parent_ds.observed_rate = -4;
	l = ptp_management_type(PTP_MID_PARENT_DATA_SET)->layout;
	assert_string_equal(l->field[5].name, "observedParentClockPhaseChangeRate");
	assert_int_equal(ptp_field_number(&l->field[5], &d), -4);
	d.current_ds.offset = INT64_MIN;
	l = ptp_management_type(PTP_MID_CURRENT_DATA_SET)->layout;
	assert_true(ptp_field_number(&l->field[1], &d) == INT64_MIN);
}

/* The values of TLVs that ptp4l 4.4 answered with: the same octets again. */
static void test_of_ptp4l(void **state)
{
	static const char *const names[] = {
		"CLOCK_DESCRIPTION", "DEFAULT_DATA_SET", "CURRENT_DATA_SET", "PARENT_DATA_SET",
		"TIME_PROPERTIES_DATA_SET", "PORT_DATA_SET", "USER_DESCRIPTION",
		"ALTERNATE_TIME_OFFSET_PROPERTIES", "ALTERNATE_TIME_OFFSET_NAME",
		"TIME_STATUS_NP", "GRANDMASTER_SETTINGS_NP", "PORT_DATA_SET_NP",
		"SUBSCRIBE_EVENTS_NP", "PORT_PROPERTIES_NP", "PORT_STATS_NP", "PORT_HWCLOCK_NP",
	};
	struct ptp_tlv t = { .type = PTP_TLV_MANAGEMENT };
	struct ptp_management m;
	char path[64];
	u8 b[512];
	FILE *f;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "tests/data/ptp_management/%s", names[i]);
		f = fopen(path, "rb");
		assert_non_null(f);
		t.len = (u16)fread(b, 1, sizeof(b), f);
		fclose(f);
		t.value = b;
		assert_true(ptp_management_get(&t, &m));
		assert_string_equal(ptp_management_type(m.id)->name, names[i]);
		assert_int_equal(ptp_management_data_get(&m, &d), 0);
		assert_int_equal(ptp_management_data_put(built, sizeof(built), m.id, &d),
				 PTP_TLV_HEAD + t.len);
		assert_memory_equal(built + PTP_TLV_HEAD, b, t.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tlv),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_not_known),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_clock_description),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_user_description),
		cmocka_unit_test(test_default_ds),
		cmocka_unit_test(test_current_ds),
		cmocka_unit_test(test_parent_ds),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_port_ds),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_small_ones),
		cmocka_unit_test(test_path_trace_list),
		cmocka_unit_test(test_time_status_np),
		cmocka_unit_test(test_linuxptp),
		cmocka_unit_test(test_port_stats_np),
		cmocka_unit_test(test_newer_np),
		cmocka_unit_test(test_error_status),
		cmocka_unit_test(test_field_numbers),
		cmocka_unit_test(test_of_ptp4l),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
