// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp_console.h"

static unsigned int act(bool here, enum ptp_action action, u16 id, u16 port,
			const union ptp_management_data *d)
{
	u8 tlv[512];

	return ask_tlv(here, action, port, tlv,
		       ptp_management_data_put(tlv, sizeof(tlv), id, d));
}

static void test_policy(void **unused)
{
	const union ptp_management_data d = { .octet = 5 }, none = { 0 };

	assert_int_equal(act(false, PTP_SET, PTP_MID_PRIORITY1, PTP_ALL_PORTS, &d), 1);
	assert_int_equal(said(0, PTP_MID_PRIORITY1, NULL), PTP_NOT_SUPPORTED);
	assert_int_equal(act(false, PTP_COMMAND, PTP_MID_DISABLE_PORT, 1, &none), 1);
	assert_int_equal(said(0, PTP_MID_DISABLE_PORT, NULL), PTP_NOT_SUPPORTED);
	assert_int_equal(lab.answer[0].m.management.action, PTP_ACKNOWLEDGE);
	assert_int_equal(count().denied, 2);
	assert_int_equal(count().errors, 2);
	assert_int_equal(value(PTP_MID_PRIORITY1).octet, 128);
	assert_int_equal(ptp_bmca_state(ptp_instance_bmca(lab.t), 0), PTP_MASTER);
	assert_int_equal(lab.changes, 0);
	/* nothing happens at NULL_MANAGEMENT */
	assert_int_equal(act(false, PTP_COMMAND, PTP_MID_NULL_MANAGEMENT, 1, &none), 1);
	assert_int_equal(said(0, PTP_MID_NULL_MANAGEMENT, NULL), 0);
	/* here it is allowed */
	assert_int_equal(act(true, PTP_SET, PTP_MID_PRIORITY1, PTP_ALL_PORTS, &d), 1);
	assert_int_equal(said(0, PTP_MID_PRIORITY1, NULL), 0);
	assert_int_equal(lab.answer[0].m.header.port, 0);
	assert_int_equal(value(PTP_MID_PRIORITY1).octet, 5);
	lab.policy.deny_get = true;
	allow(false, false);
	assert_int_equal(get(false, PTP_MID_PRIORITY1, 1), 1);
	assert_int_equal(said(0, PTP_MID_PRIORITY1, NULL), PTP_NOT_SUPPORTED);
	assert_int_equal(count().denied, 3);
}

/* @port_scope: of the second port only */
static void set(u16 id, bool port_scope, union ptp_management_data d, u16 error)
{
	const unsigned int changes = lab.changes;
	union ptp_management_data after;

	assert_int_equal(act(false, PTP_SET, id, 2, &d), 1);
	assert_int_equal(said(0, id, &after), error);
	assert_int_equal(lab.changes, changes + !error);
	if (error)
		return;
	assert_int_equal(lab.changed_id, id);
	assert_int_equal(lab.changed_port, port_scope ? 1 : -1);
	assert_int_equal(lab.answer[0].m.management.action, PTP_RESPONSE);
	assert_int_equal(lab.answer[0].m.header.port, port_scope ? 2 : 1);
}

static void test_set_clock(void **unused)
{
	union ptp_management_data d;

	allow(true, false);
	set(PTP_MID_PRIORITY1, false, (union ptp_management_data){ .octet = 5 }, 0);
	set(PTP_MID_PRIORITY2, false, (union ptp_management_data){ .octet = 6 }, 0);
	assert_int_equal(ptp_bmca_ds(ptp_instance_bmca(lab.t))->def.priority1, 5);
	assert_int_equal(value(PTP_MID_PARENT_DATA_SET).parent_ds.gm_priority2, 6);
	set(PTP_MID_DOMAIN, false, (union ptp_management_data){ .octet = 25 }, PTP_NOT_SETABLE);
	set(PTP_MID_DOMAIN, false, (union ptp_management_data){ .octet = 24 }, 0);
	set(PTP_MID_SLAVE_ONLY, false, (union ptp_management_data){ .octet = 1 }, 0);
	assert_int_equal(ptp_bmca_state(ptp_instance_bmca(lab.t), 1), PTP_LISTENING);
	assert_int_equal(value(PTP_MID_DEFAULT_DATA_SET).default_ds.flags, 3);
	set(PTP_MID_MASTER_ONLY, true, (union ptp_management_data){ .octet = 1 },
	    PTP_WRONG_VALUE);
	set(PTP_MID_SLAVE_ONLY, false, (union ptp_management_data){ .octet = 0 }, 0);
	set(PTP_MID_MASTER_ONLY, true, (union ptp_management_data){ .octet = 1 }, 0);
	set(PTP_MID_SLAVE_ONLY, false, (union ptp_management_data){ .octet = 1 },
	    PTP_WRONG_VALUE);
	set(PTP_MID_CLOCK_ACCURACY, false, (union ptp_management_data){ .octet = 0x21 }, 0);
	assert_int_equal(value(PTP_MID_CLOCK_ACCURACY).octet, 0x21);
	d.text = (struct ptp_octets){ (const u8 *)"rack 4", 6 };
	set(PTP_MID_USER_DESCRIPTION, false, d, 0);
	assert_memory_equal(value(PTP_MID_USER_DESCRIPTION).text.b, "rack 4", 6);
	d.text = (struct ptp_octets){ (const u8 *)"a\033b", 3 };
	set(PTP_MID_USER_DESCRIPTION, false, d, PTP_WRONG_VALUE);
	d.text = (struct ptp_octets){ lab.answer[0].buf, PTP_USER_DESCRIPTION_MAX + 1 };
	set(PTP_MID_USER_DESCRIPTION, false, d, PTP_WRONG_VALUE);
	assert_memory_equal(value(PTP_MID_USER_DESCRIPTION).text.b, "rack 4", 6);
	/* the same configuration again, and another one */
	allow(true, false);
	assert_memory_equal(value(PTP_MID_USER_DESCRIPTION).text.b, "rack 4", 6);
	lab.policy.user = "moved";
	allow(true, false);
	assert_int_equal(value(PTP_MID_USER_DESCRIPTION).text.len, 5);
	assert_memory_equal(value(PTP_MID_USER_DESCRIPTION).text.b, "moved", 5);
	set(PTP_MID_TIME, false, (union ptp_management_data){ .time_tai = 5 }, PTP_NOT_SETABLE);
	set(PTP_MID_PATH_TRACE_ENABLE, false, (union ptp_management_data){ .octet = 0 },
	    PTP_NOT_SETABLE);
}

static void desire(u8 state, u16 error)
{
	const union ptp_management_data d = { .ext_port = { .flags = 1, .desired = state } };

	set(PTP_MID_EXT_PORT_CONFIG_PORT_DATA_SET, true, d, error);
}

static void test_set_external(void **unused)
{
	const struct ptp_bmca *b = ptp_instance_bmca(lab.t);
	struct ptp_port_config other = *ptp_instance_port_config(lab.t, 0);

	allow(true, false);
	assert_int_equal(value(PTP_MID_EXTERNAL_PORT_CONFIGURATION_ENABLED).octet, 0);
	/* what is desired waits for being enabled */
	desire(PTP_PASSIVE, 0);
	assert_int_equal(ptp_bmca_state(b, 1), PTP_MASTER);
	set(PTP_MID_EXTERNAL_PORT_CONFIGURATION_ENABLED, false,
	    (union ptp_management_data){ .octet = 1 }, 0);
	assert_int_equal(value(PTP_MID_EXTERNAL_PORT_CONFIGURATION_ENABLED).octet, 1);
	assert_int_equal(ptp_bmca_state(b, 1), PTP_PASSIVE);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_PASSIVE);
	desire(PTP_MASTER, 0);
	assert_int_equal(ptp_bmca_state(b, 1), PTP_MASTER);
	desire(PTP_SLAVE, 0);
	assert_int_equal(ptp_bmca_state(b, 1), PTP_UNCALIBRATED);
	desire(PTP_PASSIVE, 0);
	assert_int_equal(ptp_bmca_state(b, 1), PTP_PASSIVE);
	desire(PTP_LISTENING, PTP_WRONG_VALUE);
	desire(0, PTP_WRONG_VALUE);
	assert_int_equal(ptp_bmca_state(b, 1), PTP_PASSIVE);
	/* only one follows */
	other.bmca.desired = PTP_SLAVE;
	assert_true(ptp_instance_configure_port(lab.t, 0, &other, 0));
	desire(PTP_SLAVE, PTP_WRONG_VALUE);
	assert_int_equal(value(PTP_MID_EXT_PORT_CONFIG_PORT_DATA_SET).ext_port.desired,
			 PTP_SLAVE);
	set(PTP_MID_EXTERNAL_PORT_CONFIGURATION_ENABLED, false,
	    (union ptp_management_data){ .octet = 0 }, 0);
	assert_true(ptp_bmca_state(b, 0) != PTP_UNCALIBRATED);
}

static void test_set_own(void **unused)
{
	union ptp_management_data d = {
		.grandmaster_settings_np = { { 6, 0x20, 0x4e5d }, 38, 0x3c, 0x20 },
	};
	const struct ptp_clock_ds *ds = ptp_bmca_ds(ptp_instance_bmca(lab.t));

	allow(true, false);
	set(PTP_MID_GRANDMASTER_SETTINGS_NP, false, d, 0);
	assert_int_equal(ds->def.quality.class, 6);
	assert_int_equal(ds->def.quality.variance, 0x4e5d);
	assert_int_equal(ds->time.utc_offset, 38);
	assert_int_equal(ds->time.flags, 0x3c);
	assert_int_equal(ds->time.time_source, 0x20);
	assert_int_equal(ds->def.priority2, 127);
	d.time_properties = (struct ptp_time_properties){ 40, 0x01, 0 };
	set(PTP_MID_UTC_PROPERTIES, false, d, 0);
	assert_int_equal(ds->time.utc_offset, 40);
	assert_int_equal(ds->time.flags, 0x39);
	d.time_properties = (struct ptp_time_properties){ 0, 0x20, 0 };
	set(PTP_MID_TRACEABILITY_PROPERTIES, false, d, 0);
	assert_int_equal(ds->time.flags, 0x29);
	d.time_properties = (struct ptp_time_properties){ 0, 0, 0x90 };
	set(PTP_MID_TIMESCALE_PROPERTIES, false, d, 0);
	assert_int_equal(ds->time.flags, 0x21);
	assert_int_equal(ds->time.time_source, 0x90);
	assert_int_equal(ds->time.utc_offset, 40);
	d.time_properties = (struct ptp_time_properties){ 40, 0x03, 0 };
	set(PTP_MID_UTC_PROPERTIES, false, d, PTP_WRONG_VALUE);
	d.grandmaster_settings_np = (struct ptp_grandmaster_settings_np){
		{ 0, 0x20, 0x4e5d }, 38, 0, 0x20 };
	set(PTP_MID_GRANDMASTER_SETTINGS_NP, false, d, PTP_WRONG_VALUE);
	d.grandmaster_settings_np = (struct ptp_grandmaster_settings_np){
		{ 6, 0x20, 0x4e5d }, 38, 0x40, 0x20 };
	set(PTP_MID_GRANDMASTER_SETTINGS_NP, false, d, PTP_WRONG_VALUE);
	lab.policy.own_is_settable = false;
	allow(true, false);
	set(PTP_MID_GRANDMASTER_SETTINGS_NP, false, d, PTP_NOT_SETABLE);
	set(PTP_MID_UTC_PROPERTIES, false, d, PTP_NOT_SETABLE);
	set(PTP_MID_CLOCK_ACCURACY, false, d, PTP_NOT_SETABLE);
	assert_int_equal(ds->time.flags, 0x21);
	/* its priorities are nobody's to measure */
	set(PTP_MID_PRIORITY1, false, (union ptp_management_data){ .octet = 5 }, 0);
	assert_int_equal(ds->def.quality.class, 6);
	assert_int_equal(ds->time.utc_offset, 40);
}

static const struct ptp_port_config *config(unsigned int port)
{
	return ptp_instance_port_config(lab.t, port);
}

static void test_set_port(void **unused)
{
	allow(true, false);
	set(PTP_MID_LOG_ANNOUNCE_INTERVAL, true, (union ptp_management_data){ .interval = 0 }, 0);
	assert_int_equal(config(1)->bmca.log_announce, 0);
	assert_int_equal(config(0)->bmca.log_announce, 1);
	assert_int_equal(config(1)->bmca.spread_ns, S);
	set(PTP_MID_LOG_SYNC_INTERVAL, true, (union ptp_management_data){ .interval = 1 }, 0);
	assert_int_equal(config(1)->log_sync, 1);
	/* -2 is outside the profile */
	set(PTP_MID_LOG_SYNC_INTERVAL, true, (union ptp_management_data){ .interval = -2 },
	    PTP_WRONG_VALUE);
	assert_int_equal(config(1)->log_sync, 1);
	set(PTP_MID_ANNOUNCE_RECEIPT_TIMEOUT, true, (union ptp_management_data){ .octet = 10 }, 0);
	set(PTP_MID_ANNOUNCE_RECEIPT_TIMEOUT, true, (union ptp_management_data){ .octet = 11 },
	    PTP_WRONG_VALUE);
	set(PTP_MID_ANNOUNCE_RECEIPT_TIMEOUT, true, (union ptp_management_data){ .octet = 1 },
	    PTP_WRONG_VALUE);
	assert_int_equal(config(1)->bmca.announce_timeout, 10);
	set(PTP_MID_DELAY_MECHANISM, true, (union ptp_management_data){ .octet = PTP_P2P },
	    PTP_WRONG_VALUE);
	set(PTP_MID_VERSION_NUMBER, true, (union ptp_management_data){ .octet = 2 },
	    PTP_NOT_SETABLE);
	lab.policy.profile = NULL;
	allow(true, false);
	set(PTP_MID_LOG_ANNOUNCE_INTERVAL, true, (union ptp_management_data){ .interval = -3 }, 0);
	assert_int_equal(config(1)->bmca.spread_ns, S / 8);
	set(PTP_MID_DELAY_MECHANISM, true, (union ptp_management_data){ .octet = PTP_P2P }, 0);
	assert_int_equal(config(1)->delay, PTP_P2P);
	set(PTP_MID_DELAY_MECHANISM, true, (union ptp_management_data){ .octet = 9 },
	    PTP_WRONG_VALUE);
	set(PTP_MID_LOG_MIN_PDELAY_REQ_INTERVAL, true, (union ptp_management_data){ .interval = -4 },
	    0);
	set(PTP_MID_LOG_MIN_PDELAY_REQ_INTERVAL, true, (union ptp_management_data){ .interval = 99 },
	    PTP_WRONG_VALUE);
	assert_int_equal(config(1)->log_min_pdelay_req, -4);
	assert_int_equal(config(0)->log_min_pdelay_req, 2);
	/* all of them at once: one answer each */
	assert_int_equal(act(false, PTP_SET, PTP_MID_LOG_SYNC_INTERVAL, PTP_ALL_PORTS,
			     &(union ptp_management_data){ .interval = -7 }), 2);
	assert_int_equal(config(0)->log_sync, -7);
	assert_int_equal(config(1)->log_sync, -7);
}

static void test_commands(void **unused)
{
	const struct ptp_bmca *b = ptp_instance_bmca(lab.t);
	union ptp_management_data none = { 0 };

	allow(false, true);
	assert_int_equal(act(false, PTP_COMMAND, PTP_MID_DISABLE_PORT, 1, &none), 1);
	assert_int_equal(said(0, PTP_MID_DISABLE_PORT, NULL), 0);
	assert_int_equal(lab.answer[0].m.management.action, PTP_ACKNOWLEDGE);
	assert_int_equal(lab.changed_id, PTP_MID_DISABLE_PORT);
	assert_int_equal(lab.changed_port, 0);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_DISABLED);
	assert_int_equal(ptp_bmca_state(b, 1), PTP_MASTER);
	/* as at the start, but for who is disabled */
	assert_int_equal(act(false, PTP_COMMAND, PTP_MID_INITIALIZE, PTP_ALL_PORTS, &none), 1);
	assert_int_equal(said(0, PTP_MID_INITIALIZE, NULL), 0);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_DISABLED);
	assert_int_equal(ptp_bmca_state(b, 1), PTP_LISTENING);
	none.number = 1;
	assert_int_equal(act(false, PTP_COMMAND, PTP_MID_INITIALIZE, PTP_ALL_PORTS, &none), 1);
	assert_int_equal(said(0, PTP_MID_INITIALIZE, NULL), PTP_WRONG_VALUE);
	/* a disabled port hears that it is to be enabled */
	lab.down = true;
	assert_int_equal(act(false, PTP_COMMAND, PTP_MID_ENABLE_PORT, 1, &none), 1);
	assert_int_equal(said(0, PTP_MID_ENABLE_PORT, NULL), 0);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_FAULTY);
	lab.down = false;
	act(false, PTP_COMMAND, PTP_MID_DISABLE_PORT, 1, &none);
	act(false, PTP_COMMAND, PTP_MID_ENABLE_PORT, 1, &none);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_LISTENING);
	act(false, PTP_COMMAND, PTP_MID_ENABLE_PORT, 1, &none);
	assert_int_equal(ptp_bmca_state(b, 0), PTP_LISTENING);
	assert_int_equal(act(false, PTP_COMMAND, PTP_MID_PRIORITY1, 1, &none), 1);
	assert_int_equal(said(0, PTP_MID_PRIORITY1, NULL), PTP_NOT_SUPPORTED);
	assert_int_equal(act(false, PTP_SET, PTP_MID_PORT_DATA_SET, 1, &none), 1);
	assert_int_equal(said(0, PTP_MID_PORT_DATA_SET, NULL), PTP_NOT_SETABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_policy), TEST(test_set_clock), TEST(test_set_external), TEST(test_set_own),
		TEST(test_set_port),
		TEST(test_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
