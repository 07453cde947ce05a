// SPDX-License-Identifier: GPL-2.0-or-later
/* PTP messages, and the TLVs that go with them, as tshark sees them. */
#include "tshark_lab.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
