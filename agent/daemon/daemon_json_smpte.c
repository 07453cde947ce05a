// SPDX-License-Identifier: GPL-2.0-or-later
/* What the grandmaster of a PTP instance said of local time and time code, as JSON. */
#include "daemon/daemon_private.h"
#include "ptp/identity.h"

static json_t *instant(u64 tai_s)
{
	return tai_s ? json_integer((json_int_t)tai_s) : json_null();
}

json_t *daemon_json_smpte(const struct ptp_clock *c)
{
	const struct ptp_heard_metadata *h = ptp_clock_metadata(c);
	char gm[PTP_CLOCK_TEXT];
	json_t *o;

	if (!h)
		return json_null();
	o = json_object();
	ptp_clock_print(h->gm, gm);
	json_object_set_new(o, "grandmaster", json_string(gm));
	json_object_set_new(o, "age", json_real((double)(ntp_env_mono(ptp_clock_env(c)) -
							 h->heard_mono) / NSEC_PER_SEC));
	json_object_set_new(o, "frame_rate", json_pack("[I, I]", (json_int_t)h->sm.frame_rate,
						       (json_int_t)h->sm.frame_rate_base));
	json_object_set_new(o, "drop_frame", json_boolean(h->sm.time_address_flags &
							  PTP_SMPTE_DROP_FRAME));
	json_object_set_new(o, "color_frame", json_boolean(h->sm.time_address_flags &
							   PTP_SMPTE_COLOR_FRAME));
	json_object_set_new(o, "locking", json_string(ptp_smpte_locking_name(h->sm.locking)));
	json_object_set_new(o, "local_offset", json_integer(h->sm.local_offset));
	json_object_set_new(o, "daylight_saving", json_boolean(h->sm.daylight_saving &
							       PTP_SMPTE_DST_NOW));
	json_object_set_new(o, "next_jump", json_integer(h->sm.jump));
	json_object_set_new(o, "next_jump_tai", instant(h->sm.next_jump_tai_s));
	json_object_set_new(o, "next_jump_is_leap_second",
			    json_boolean(h->sm.leap_second_jump & 1));
	json_object_set_new(o, "next_jam_tai", instant(h->sm.next_jam_tai_s));
	json_object_set_new(o, "previous_jam_tai", instant(h->sm.previous_jam_tai_s));
	json_object_set_new(o, "previous_jam_offset", json_integer(h->sm.previous_jam_offset));
	return o;
}
