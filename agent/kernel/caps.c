// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/caps.h"

#include <errno.h>

#include "kernel/genl_private.h"

static int on_caps(void *ctx, const struct genl_reply *r)
{
	struct kernel_caps *c = ctx;

	if (r->command != ATS_CMD_CAPS_GET ||
	    !genl_get_u32(r, ATS_A_CAPS_API_VERSION, &c->api_version) ||
	    !genl_get_u32(r, ATS_A_CAPS_FEATURES, &c->features) ||
	    !genl_get_string(r, ATS_A_CAPS_RELEASE, c->release, sizeof(c->release)))
		return -EBADMSG;
	genl_get_u32(r, ATS_A_CAPS_RING_CPUS, &c->ring_cpus);
	genl_get_u32(r, ATS_A_CAPS_RING_RECORDS, &c->ring_records);
	genl_get_u32(r, ATS_A_CAPS_RECORD_SIZE, &c->record_size);
	return 0;
}

int kernel_caps_get(struct genl *g, struct kernel_caps *out)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_CAPS_GET, 0);
	int r;

	*out = (struct kernel_caps){ 0 };
	if (msg && nla_put_u32(msg, ATS_A_CAPS_API_VERSION, AS_TIMESYNC_API_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	r = genl_request(g, msg, on_caps, out);
	if (r)
		return r;
	if (out->api_version == AS_TIMESYNC_API_VERSION)
		return 0;
	return genl_fail(g, -EPROTONOSUPPORT, "the module speaks version %u of the contract, "
			 "this program version %u", out->api_version, AS_TIMESYNC_API_VERSION);
}

const char *kernel_feature_name(unsigned int i)
{
	static const char *const name[] = {
		"tap", "reply-socket", "reply-ingress", "tx-stamps", "phc", "servo", "ptp",
	};

	return i < ARRAY_SIZE(name) ? name[i] : NULL;
}
