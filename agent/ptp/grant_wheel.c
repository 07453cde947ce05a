// SPDX-License-Identifier: GPL-2.0-or-later
#include "grant_wheel.h"

#include <string.h>

void ptp_grant_wheel_init(struct ptp_grant_wheel *w)
{
	u32 i;

	w->at = 0;
	for (i = 0; i < PTP_GRANT_SLOTS; i++)
		w->first[i] = PTP_GRANT_NONE;
	memset(w->taken, 0, sizeof(w->taken));
}

s64 ptp_grant_wheel_next(const struct ptp_grant_wheel *w)
{
	s64 slot = w->at, end = slot + PTP_GRANT_SLOTS;

	while (slot < end) {
		u64 taken = w->taken[slot % PTP_GRANT_SLOTS / 64] >> slot % 64;

		if (taken) {
			slot += __builtin_ctzll(taken);
			break;
		}
		slot += 64 - slot % 64;
	}
	return slot < end ? slot : end;
}
