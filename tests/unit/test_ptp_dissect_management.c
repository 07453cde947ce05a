// SPDX-License-Identifier: GPL-2.0-or-later
/* PTP management as tshark sees it. */
#include "tshark_lab.h"

static void add_management(const char *name, u16 id, const union ptp_management_data *d)
{
	struct ptp_message m = message(PTP_MANAGEMENT);
	u8 b[512];

	m.management.target = (struct ptp_port_id){ CLOCK + 4, 772 };
	m.management.hops_start = 3;
	m.management.hops = 2;
	m.management.action = PTP_RESPONSE;
	add_tlv(name, m, b, ptp_management_data_put(b, sizeof(b), id, d));
	expect(name);
}

#define ADD(id, ...) \
	add_management("managementId: " #id " (", PTP_MID_##id, \
		       &(union ptp_management_data){ __VA_ARGS__ })

static struct ptp_octets text(const char *s)
{
	return (struct ptp_octets){ (const u8 *)s, (u16)strlen(s) };
}

static void test_descriptions(void **state)
{
	begin();
	ADD(CLOCK_DESCRIPTION, .clock_description = {
		.clock_type = PTP_CLOCK_BOUNDARY, .physical_protocol = text("IEEE 802.3"),
		.physical_address = text("abcdef"), .protocol = PTP_NETWORK_UDP_IPV4,
		.protocol_address = text("1234"), .manufacturer = { 0xac, 0xde, 0x48 },
		.product = text("a;b;c"), .revision = text("1;2"), .user = text("lab;rack"),
		.profile = { 0, 0x1b, 0x19, 0, 1, 0 },
	});
	expect("targetPortIdentity: 0x001b21fffe7451a6");
	expect("targetPortId: 772");
	expect("startingBoundaryHops: 3");
	expect("boundaryHops: 2");
	expect("action: RESPONSE (2)");
	expect("The node implements an ordinary clock: False");
	expect("The node implements a boundary clock: True");
	expect("physicalLayerProtocol: IEEE 802.3");
	expect("physical address: 616263646566");
	expect("network protocol: UDP/IPv4 (1)");
	expect("protocol address: 31323334");
	expect("manufacturer identity: acde48");
	expect("product description: a;b;c");
	expect("revision data: 1;2");
	expect("user description: lab;rack");
	expect("profileIdentity: 001b19000100");
	ADD(USER_DESCRIPTION, .text = text("lab"));
	expect("user description: lab");
	look();
}

static void test_data_sets(void **state)
{
	begin();
	ADD(DEFAULT_DATA_SET, .default_ds = {
		.flags = PTP_DEFAULT_SLAVE_ONLY, .ports = 258, .priority1 = 127,
		.priority2 = 129, .quality = { 248, 0xfe, 65535 }, .clock = CLOCK, .domain = 24,
	});
	expect("Two step: False");
	expect("Slave only: True");
	expect("number of ports: 258");
	expect("priority1: 127");
	expect("Clock class: 248");
	expect("Clock variance: 65535");
	expect("priority2: 129");
	expect("Clock identity: 0x001b21fffe7451a2");
	expect("domain number: 24");
	ADD(CURRENT_DATA_SET, .current_ds = { 3, -0x18000, 0x28000 });
	expect("steps removed: 3");
	expect("Offset from Master: -1.5");
	expect("Mean path delay: 2.5");
	ADD(PARENT_DATA_SET, .parent_ds = {
		.parent = { CLOCK + 1, 772 }, .stats = 1, .observed_variance = 20061,
		.observed_rate = -3, .gm_priority1 = 127, .gm_priority2 = 129,
		.gm_quality = { 6, 0x21, 20062 }, .gm = CLOCK + 2,
	});
	expect("parent ClockIdentity: 0x001b21fffe7451a3");
	expect("parent SourcePortID: 772");
	expect("parent stats: True");
	expect("observedParentOffsetScaledLogVariance: 20061");
	expect("observedParentClockPhaseChangeRate: -3");
	expect("Grandmaster priority1: 127");
	expect("Grandmaster clock class: 6");
	expect("Grandmaster clock variance: 20062");
	expect("Grandmaster priority2: 129");
	expect("Grandmaster clock identity: 0x001b21fffe7451a4");
	ADD(TIME_PROPERTIES_DATA_SET, .time_properties = {
		37, PTP_FLAG_LEAP59 | PTP_FLAG_TIME_TRACEABLE, 0x20,
	});
	expect("CurrentUTCOffset: 37");
	expect("leap 61: False");
	expect("leap 59: True");
	expect("Time traceable: True");
	expect("Frequency traceable: False");
	expect("(0x20)");
	ADD(PORT_DATA_SET, .port_ds = {
		.port = { CLOCK, 772 }, .state = 9, .log_min_delay_req = -1,
		.mean_link_delay = 0x28000, .log_announce = 1, .announce_timeout = 3,
		.log_sync = -3, .delay_mechanism = PTP_DELAY_P2P, .log_min_pdelay_req = -2,
		.version = 0x12,
	});
	expect("PortNumber: 772");
	expect("Port state: SLAVE (9)");
	expect("logMinDelayReqInterval: -1");
	expect("Peer mean path delay: 2.5");
	expect("logAnnounceInterval: 1");
	expect("announceReceiptTimeout: 3");
	expect("logSyncInterval: -3");
	expect("Delay mechanism: P2P (2)");
	expect("logMinPdelayReqInterval: -2");
	expect("versionNumber: 2");
	look();
}

static void test_single_values(void **state)
{
	begin();
	ADD(PRIORITY1, .octet = 127);
	expect("priority1: 127");
	ADD(PRIORITY2, .octet = 129);
	expect("priority2: 129");
	ADD(DOMAIN, .octet = 24);
	expect("domain number: 24");
	ADD(SLAVE_ONLY, .octet = 1);
	expect("Slave only: True");
	ADD(LOG_ANNOUNCE_INTERVAL, .interval = -3);
	expect("logAnnounceInterval: -3");
	ADD(ANNOUNCE_RECEIPT_TIMEOUT, .octet = 5);
	expect("announceReceiptTimeout: 5");
	ADD(LOG_SYNC_INTERVAL, .interval = -4);
	expect("logSyncInterval: -4");
	ADD(VERSION_NUMBER, .octet = 0x12);
	expect("versionNumber: 2");
	ADD(TIME, .time_tai = TIME_TAI);
	expect("current time (seconds): 1790000037");
	expect("current time (nanoseconds): 123456789");
	ADD(CLOCK_ACCURACY, .octet = 0x21);
	expect("(0x21)");
	ADD(UTC_PROPERTIES, .time_properties = { .utc_offset = 37, .flags = PTP_FLAG_UTC_VALID });
	expect("CurrentUTCOffset: 37");
	expect("CurrentUTCOffset valid: True");
	ADD(TRACEABILITY_PROPERTIES, .time_properties = { .flags = PTP_FLAG_TIME_TRACEABLE });
	expect("Time traceable: True");
	expect("Frequency traceable: False");
	ADD(TIMESCALE_PROPERTIES, .time_properties = {
		.flags = PTP_FLAG_PTP_TIMESCALE, .time_source = 0x20,
	});
	expect("PTP timescale: True");
	expect("(0x20)");
	ADD(UNICAST_NEGOTIATION_ENABLE, .octet = 1);
	expect("Enable unicast: True");
	ADD(PATH_TRACE_ENABLE, .octet = 1);
	expect("Path trace unicast: True");
	ADD(DELAY_MECHANISM, .octet = PTP_DELAY_P2P);
	expect("Delay mechanism: P2P (2)");
	ADD(LOG_MIN_PDELAY_REQ_INTERVAL, .interval = -2);
	expect("logMinPdelayReqInterval: -2");
	ADD(PRIMARY_DOMAIN, .octet = 5);
	expect("Primary domain number: 5");
	ADD(INITIALIZE, .number = 772);
	expect("initialization key: 772");
	look();
}

static void test_more_management(void **state)
{
	static const u8 path[] = { 0x00, 0x1b, 0x21, 0xff, 0xfe, 0x74, 0x51, 0xa5 };

	begin();
	ADD(PATH_TRACE_LIST, .clocks = { path, sizeof(path) });
	expect("0x001b21fffe7451a5");
	ADD(ALTERNATE_TIME_OFFSET_ENABLE, .alternate_enable = { 5, 1 });
	expect("Key field: 5");
	ADD(ALTERNATE_TIME_OFFSET_NAME, .alternate_time = { .key = 5, .name = text("CET") });
	expect("Key field: 5");
	expect("Display name: CET");
	ADD(ALTERNATE_TIME_OFFSET_MAX_KEY, .octet = 5);
	expect("Max key: 5");
	ADD(ALTERNATE_TIME_OFFSET_PROPERTIES, .alternate_time = {
		.key = 5, .offset = 3600, .jump = -3600, .next_jump_s = 1800000000,
	});
	expect("Current offset: 3600");
	expect("Jump seconds: -3600");
	expect("Time of next jump (seconds): 1800000000");
	look();
}

static void test_error(void **state)
{
	const struct ptp_management_error_status e = {
		PTP_NOT_SETABLE, PTP_MID_DEFAULT_DATA_SET, { (const u8 *)"no", 2 },
	}, bare = { PTP_GENERAL_ERROR, PTP_MID_TIME, { NULL, 0 } };
	struct ptp_message m = message(PTP_MANAGEMENT);
	u8 b[64];

	m.management.action = PTP_RESPONSE;
	begin();
	add_tlv("error", m, b, ptp_management_error_put(b, sizeof(b), &e));
	expect("Management error status (2)");
	expect("managementErrorId: NOT_SETABLE (5)");
	expect("managementId: DEFAULT_DATA_SET (8192)");
	expect("no\n");
	add_tlv("error without a text", m, b, ptp_management_error_put(b, sizeof(b), &bare));
	expect("managementErrorId: GENERAL_ERROR (65534)");
	look();
}

/* Of each id that is known here, with nothing in it. */
static void test_all_management(void **state)
{
	static const union ptp_management_data nothing;
	const struct ptp_management_type *type;
	size_t n;

	begin();
	type = ptp_management_types(&n);
	for (; n; n--, type++) {
		if (!type->layout)
			continue;
		add_management("tlvType: Management (1)", type->id, &nothing);
		expect("action: RESPONSE (2)");
	}
	assert_true(frames > 40);
	look();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptions),
		cmocka_unit_test(test_data_sets),
		cmocka_unit_test(test_single_values),
		cmocka_unit_test(test_more_management),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_all_management),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
