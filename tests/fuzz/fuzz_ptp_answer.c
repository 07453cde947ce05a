// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What another clock answers to a management request, whatever it is, as JSON: each value
 * is one that JSON can say, and none has characters that are harmful to a terminal.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon_private.h"
#include "fuzz.h"

static void check_value(const json_t *v)
{
	const json_t *e;
	size_t i;

	must(v);
	for (const char *p = json_string_value(v); p && *p; p++)
		must((unsigned char)*p >= ' ' && *p != 0x7f);
	json_array_foreach(v, i, e)
		check_value(e);
}

static void check(u16 type, u8 action, const u8 *value, size_t len)
{
	u8 tlv[PTP_MESSAGE_MAX];
	const struct ptp_tlv t = { type, (u16)len, value };
	struct ptp_message m = {
		.header = { .type = PTP_MANAGEMENT, .clock = UINT64_MAX, .port = UINT16_MAX },
		.management = { .action = action }, .tlv = tlv,
	};
	const char *name;
	json_t *o, *v;
	char *text;

	m.tlv_len = (u16)ptp_tlv_put(tlv, sizeof(tlv), &t);
	o = daemon_json_ptp_answer(&m);
	if (!o)
		return;
	json_object_foreach(o, name, v)
		check_value(v);
	json_object_foreach(json_object_get(o, "data"), name, v)
		check_value(v);
	text = json_dumps(o, 0);
	must(text);
	free(text);
	json_decref(o);
}

/* The octets are the value of the one TLV that is looked at. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	size &= ~(size_t)1;
	check(PTP_TLV_MANAGEMENT, PTP_RESPONSE, data, size);
	check(PTP_TLV_MANAGEMENT_ERROR_STATUS, PTP_ACKNOWLEDGE, data, size);
	return 0;
}
