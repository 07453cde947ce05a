// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tshark, whose authors read the standards too, makes of the messages and TLVs that
 * are built here: the same values, and nothing to complain of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "wire/bytes.h"
#include "wire/pcapng.h"
#include "wire/ptp_csptp.h"
#include "wire/ptp_management.h"
#include "wire/ptp_org.h"
#include "wire/ptp_unicast.h"

#define TIME_TAI (1790000037LL * NSEC_PER_SEC + 123456789)
#define CLOCK 0x001b21fffe7451a2ULL

enum { FRAMES = 64, EXPECTED = 20, ETHERNET = 14, ETHERTYPE = 0x88f7 };

static struct {
	const char *name;
	const char *expected[EXPECTED];
	size_t expectations;
} frame[FRAMES];
static size_t frames;
static u8 file[65536];
static size_t file_len;
static char dissected[1 << 20];

static void begin(void)
{
	memset(frame, 0, sizeof(frame));
	frames = 0;
	file_len = pcapng_section(file, sizeof(file), "test_ptp_dissect");
	file_len += pcapng_interface(file + file_len, sizeof(file) - file_len, PCAPNG_ETHERNET,
				     2048, "test0");
}

static struct ptp_message message(u8 type)
{
	return (struct ptp_message){
		.header = {
			.type = type, .minor_version = 1, .clock = CLOCK, .port = 1,
			.sequence = 7, .log_interval = PTP_LOG_INTERVAL_NONE,
		},
	};
}

/* A frame with @m; expect() says what is to be seen of it. */
static void add(const char *name, const struct ptp_message *m)
{
	static const u8 to[] = { 0x01, 0x1b, 0x19, 0, 0, 0, 0x00, 0x1b, 0x21, 0x74, 0x51, 0xa2 };
	u8 b[ETHERNET + PTP_MESSAGE_MAX] = { 0 };
	struct pcapng_packet p = { .utc = TIME_TAI, .frame = b, .direction = PCAPNG_OUTBOUND };
	size_t len, n;

	memcpy(b, to, sizeof(to));
	be16_put(b + sizeof(to), ETHERTYPE);
	len = ptp_message_build(m, b + ETHERNET, PTP_MESSAGE_MAX);
	assert_in_range(len, 1, PTP_MESSAGE_MAX);
	p.captured = p.length = (u32)(ETHERNET + len);
	n = pcapng_packet(file + file_len, sizeof(file) - file_len, &p);
	assert_in_range(n, 1, sizeof(file));
	file_len += n;
	assert_in_range(frames, 0, FRAMES - 1);
	frame[frames++].name = name;
}

static void add_tlv(const char *name, struct ptp_message m, const u8 *tlv, size_t len)
{
	assert_in_range(len, 1, PTP_MESSAGE_MAX);
	m.tlv = tlv;
	m.tlv_len = (u16)len;
	add(name, &m);
}

static void expect(const char *text)
{
	size_t *n = &frame[frames - 1].expectations;

	assert_in_range(*n, 0, EXPECTED - 1);
	frame[frames - 1].expected[(*n)++] = text;
}

static void check_frame(size_t i, const char *text)
{
	bool bad = strstr(text, "Malformed") || strstr(text, "[Expert Info (Warning") ||
		strstr(text, "[Expert Info (Error");
	size_t n;

	for (n = 0; n < frame[i].expectations; n++) {
		if (!strstr(text, frame[i].expected[n])) {
			print_message("# not seen: %s\n", frame[i].expected[n]);
			bad = true;
		}
	}
	if (bad) {
		print_message("%s\n", text);
		fail_msg("%s", frame[i].name);
	}
}

/* Each frame's text begins with "Frame N:" at the beginning of a line. */
static void check_all(char *text)
{
	char *at = strncmp(text, "Frame ", 6) ? NULL : text, *next;

	for (size_t i = 0; i < frames; i++, at = next) {
		assert_non_null(at);
		next = strstr(at, "\nFrame ");
		if (next)
			*next++ = '\0';
		check_frame(i, at);
	}
	assert_null(at);
}

static void dissect(void)
{
	char path[] = "/tmp/ats-ptp-XXXXXX", command[128];
	int fd = mkstemp(path);
	FILE *out;
	size_t n;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, file, file_len), file_len);
	close(fd);
	snprintf(command, sizeof(command), "tshark -n -V -r %s 2>/dev/null", path);
	out = popen(command, "r");
	assert_non_null(out);
	n = fread(dissected, 1, sizeof(dissected) - 1, out);
	dissected[n] = '\0';
	unlink(path);
	assert_int_equal(pclose(out), 0);
	check_all(dissected);
}

static bool no_tshark(void)
{
	return system("command -v tshark >/dev/null 2>&1");
}

/* A group of them has been added: look. */
static void look(void)
{
	if (no_tshark())
		skip();
	dissect();
}

static void test_header(void **state)
{
	struct ptp_message m = message(PTP_SYNC);

	begin();
	m.header = (struct ptp_header){
		.type = PTP_SYNC, .minor_version = 1, .domain = 44, .sdo = 0x023,
		.flags = PTP_FLAG_TWO_STEP | PTP_FLAG_UNICAST | PTP_FLAG_PTP_TIMESCALE |
			PTP_FLAG_FREQUENCY_TRACEABLE,
		.correction = -0x18000, .clock = CLOCK, .port = 258, .sequence = 48879,
		.log_interval = -4,
	};
	m.origin_tai = TIME_TAI;
	add("Sync", &m);
	expect("messageType: Sync Message (0x0)");
	expect("minorVersionPTP: 1");
	expect("versionPTP: 2");
	expect("messageLength: 44");
	expect("domainNumber: 44");
	expect("minorSdoId: 35");
	expect("flags: 0x0628");
	expect("correctionField: -1.5");
	expect("ClockIdentity: 0x001b21fffe7451a2");
	expect("SourcePortID: 258");
	expect("sequenceId: 48879");
	expect("controlField: Sync Message (0)");
	expect("logMessagePeriod: -4");
	expect("originTimestamp (seconds): 1790000037");
	expect("originTimestamp (nanoseconds): 123456789");
	look();
}

static void add_timed(const char *name, u8 type, const char *seconds, const char *requester)
{
	struct ptp_message m = message(type);

	if (requester) {
		m.response.tai = TIME_TAI;
		m.response.requester = (struct ptp_port_id){ CLOCK + 1, 772 };
	} else {
		m.origin_tai = TIME_TAI;
	}
	add(name, &m);
	expect(seconds);
	if (requester) {
		expect(requester);
		expect("PortId: 772");
	}
}

static void test_timed_messages(void **state)
{
	begin();
	add_timed("Delay_Req", PTP_DELAY_REQ, "originTimestamp (seconds): 1790000037", NULL);
	add_timed("Pdelay_Req", PTP_PDELAY_REQ, "originTimestamp (seconds): 1790000037", NULL);
	add_timed("Follow_Up", PTP_FOLLOW_UP, "preciseOriginTimestamp (seconds): 1790000037", NULL);
	add_timed("Delay_Resp", PTP_DELAY_RESP, "receiveTimestamp (seconds): 1790000037",
		  "requestingSourcePortIdentity: 0x001b21fffe7451a3");
	add_timed("Pdelay_Resp", PTP_PDELAY_RESP,
		  "requestreceiptTimestamp (seconds): 1790000037",
		  "requestingSourcePortIdentity: 0x001b21fffe7451a3");
	add_timed("Pdelay_Resp_Follow_Up", PTP_PDELAY_RESP_FOLLOW_UP,
		  "responseOriginTimestamp (seconds): 1790000037",
		  "requestingSourcePortIdentity: 0x001b21fffe7451a3");
	look();
}

static struct ptp_message announce(void)
{
	struct ptp_message m = message(PTP_ANNOUNCE);

	m.announce = (struct ptp_announce){
		.origin_tai = TIME_TAI, .utc_offset = 37, .priority1 = 127, .priority2 = 129,
		.quality = { 6, 0x21, 20061 }, .gm = CLOCK + 2, .steps_removed = 258,
		.time_source = 0x20,
	};
	return m;
}

static void test_announce(void **state)
{
	static const u64 path[] = { CLOCK + 2, CLOCK + 3 };
	const struct ptp_alternate_time a = {
		.key = 5, .offset = 3600, .jump = -3600, .next_jump_s = 1800000000,
		.name = { (const u8 *)"CET", 3 },
	};
	struct ptp_message m = announce();
	u8 b[128];
	size_t n;

	begin();
	n = ptp_path_trace_put(b, sizeof(b), path, 2);
	n += ptp_alternate_time_put(b + n, sizeof(b) - n, &a);
	n += ptp_pad_put(b + n, sizeof(b) - n, 8);
	add_tlv("Announce", m, b, n);
	expect("originCurrentUTCOffset: 37");
	expect("priority1: 127");
	expect("grandmasterClockClass: 6");
	expect("grandmasterClockAccuracy: The time is accurate to within 100 ns (0x21)");
	expect("grandmasterClockVariance: 20061");
	expect("priority2: 129");
	expect("grandmasterClockIdentity: 0x001b21fffe7451a4");
	expect("localStepsRemoved: 258");
	expect("(0x20)");
	expect("tlvType: Path trace (8)");
	expect("PathSequence: 0x001b21fffe7451a5");
	expect("tlvType: Alternate time offset indicator (9)");
	expect("keyField: 5");
	expect("currentOffset: 3600");
	expect("jumpSeconds: -3600");
	expect("timeOfNextJump: 00006b49d200");
	expect("displayName: CET");
	look();
}

static void add_unicast(const char *name, u16 tlv, u8 type, u8 flags)
{
	const struct ptp_unicast u = { tlv, type, -3, 300, flags };
	struct ptp_message m = message(PTP_SIGNALING);
	u8 b[PTP_UNICAST_TLV_MAX];

	m.signaling = (struct ptp_port_id){ CLOCK + 4, 772 };
	add_tlv(name, m, b, ptp_unicast_put(b, sizeof(b), &u));
	expect(name);
	expect("targetPortIdentity: 0x001b21fffe7451a6");
	expect("targetPortId: 772");
}

static void test_unicast(void **state)
{
	begin();
	add_unicast("Request unicast transmission (4)", PTP_TLV_REQUEST_UNICAST, PTP_ANNOUNCE, 0);
	expect("messageType: Announce Message (0xb)");
	expect("logInterMessagePeriod: -3");
	expect("durationField: 300 seconds");
	add_unicast("Grant unicast transmission (5)", PTP_TLV_GRANT_UNICAST, PTP_DELAY_RESP,
		    PTP_GRANT_RENEWAL_INVITED);
	expect("messageType: Delay_Resp Message (0x9)");
	expect("logInterMessagePeriod: -3");
	expect("durationField: 300 seconds");
	expect("renewalInvited: True");
	add_unicast("Cancel unicast transmission (6)", PTP_TLV_CANCEL_UNICAST, PTP_SYNC,
		    PTP_CANCEL_MAINTAIN_REQUEST);
	expect("messageType: Sync Message (0x0)");
	add_unicast("Acknowledge cancel unicast transmission (7)",
		    PTP_TLV_ACKNOWLEDGE_CANCEL_UNICAST, PTP_PDELAY_RESP,
		    PTP_CANCEL_MAINTAIN_GRANT);
	expect("messageType: Peer_Delay_Resp Message (0x3)");
	look();
}

static void add_org(const char *name, struct ptp_message m, const struct ptp_org *o)
{
	u8 b[64];

	add_tlv(name, m, b, ptp_org_put(b, sizeof(b), o));
}

static void test_8021as(void **state)
{
	struct ptp_message fup = message(PTP_FOLLOW_UP), signaling = message(PTP_SIGNALING);

	fup.header.sdo = signaling.header.sdo = 0x100;
	begin();
	add_org("Follow_Up information", fup, &(struct ptp_org){
		.content = PTP_ORG_FOLLOW_UP_INFORMATION,
		.follow_up = { 21990, 772, { 0, 0x1234, 0x8000 }, -5 },
	});
	expect("Follow Up information TLV");
	expect("cumulativeScaledRateOffset: 21990");
	expect("gmTimeBaseIndicator: 772");
	expect("lastGMPhaseChange: 000000000000000012348000");
	expect("scaledLastGmFreqChange: -5");
	add_org("message interval request", signaling, &(struct ptp_org){
		.content = PTP_ORG_MESSAGE_INTERVAL_REQUEST,
		.interval = { -1, -3, PTP_INTERVAL_STOP, PTP_COMPUTE_LINK_DELAY },
	});
	expect("Message Interval Request TLV");
	expect("linkDelayInterval: -1");
	expect("timeSyncInterval: -3");
	expect("announceInterval: 127");
	expect("computeNeighborRateRatio: False");
	expect("computeMeanLinkDelay: True");
	expect("oneStepReceiveCapable: False");
	add_org("gPTP capable", signaling, &(struct ptp_org){
		.content = PTP_ORG_GPTP_CAPABLE, .capable = { .log_interval = -2 },
	});
	expect("gPTP-capable TLV");
	expect("gptpCapableMessageInterval: -2");
	look();
}

static void test_profiles(void **state)
{
	struct ptp_message m = message(PTP_MANAGEMENT);
	struct ptp_org power = {
		.content = PTP_ORG_C37_238_2011,
		.c37_238 = {
			.gm_id = 254, .gm_inaccuracy_ns = 200, .network_inaccuracy_ns = 1000,
			.total_inaccuracy_ns = 1200,
		},
	};

	begin();
	add_org("C37.238-2011", announce(), &power);
	expect("IEEE_C37_238 TLV (0x000001)");
	expect("grandmasterID: 254");
	expect("grandmasterTimeInaccuracy (nanoseconds): 200");
	expect("networkTimeInaccuracy (nanoseconds): 1000");
	power.content = PTP_ORG_C37_238_2017;
	add_org("C37.238-2017", announce(), &power);
	expect("IEEE_C37_238_2017 TLV (0x000002)");
	expect("grandmasterID: 254");
	expect("totalTimeInaccuracy (nanoseconds): 1200");
	m.management.action = PTP_COMMAND;
	add_org("synchronization metadata", m, &(struct ptp_org){
		.content = PTP_ORG_SMPTE_SM,
		.smpte = {
			.frame_rate = 30000, .frame_rate_base = 1001, .locking = 4,
			.time_address_flags = 1, .local_offset = -3600, .jump = 3601,
			.next_jump_tai_s = 1800000000, .next_jam_tai_s = 1800000001,
			.previous_jam_tai_s = 1800000002, .previous_jam_offset = -7,
			.daylight_saving = 4, .leap_second_jump = 1,
		},
	});
	expect("Numerator: 30000");
	expect("Denominator: 1001");
	expect("masterLockingStatus: ");
	expect("(4)\n");
	expect("timeAddressFlags: 0x01");
	expect("currentLocalOffset: -3600");
	expect("jumpSeconds: 3601");
	expect("timeOfNextJump: 1800000000");
	expect("timeOfNextJam: 1800000001");
	expect("timeOfPreviousJam: 1800000002");
	expect("previousJamLocalOffset: -7");
	expect("daylightSaving: 0x04");
	expect("leapSecondJump: 0x01");
	look();
}

/*
 * tshark knows none of these, and takes each sdoId of which a bit says 802.1AS for that:
 * a Sync of one step then should have other TLVs.
 */
static void test_csptp(void **state)
{
	const struct ptp_csptp_response r = { TIME_TAI, 1 };
	const struct ptp_csptp_status s = { .parent_protocol = PTP_NETWORK_UDP_IPV4 };
	struct ptp_message m = message(PTP_SYNC);
	u8 b[128];
	size_t n;

	m.header.sdo = PTP_CSPTP_SDO;
	m.header.domain = PTP_CSPTP_DOMAIN;
	m.header.flags = PTP_FLAG_TWO_STEP | PTP_FLAG_UNICAST;
	begin();
	add_tlv("request", m, b, ptp_csptp_request_put(b, sizeof(b), PTP_CSPTP_WANT_STATUS));
	expect("messageLength: 52");
	n = ptp_csptp_response_put(b, sizeof(b), &r);
	n += ptp_csptp_status_put(b + n, sizeof(b) - n, &s);
	add_tlv("response", m, b, n);
	expect("messageLength: 92");
	look();
}

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
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_timed_messages),
		cmocka_unit_test(test_announce),
		cmocka_unit_test(test_unicast),
		cmocka_unit_test(test_8021as),
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_csptp),
		cmocka_unit_test(test_descriptions),
		cmocka_unit_test(test_data_sets),
		cmocka_unit_test(test_single_values),
		cmocka_unit_test(test_more_management),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_all_management),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
