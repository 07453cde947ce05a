/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local time of this host (/etc/localtime, or TZ), as far as tzdata knows its rules. */
#ifndef ATS_OS_ZONE_H
#define ATS_OS_ZONE_H

#include "types.h"

/*
 * Seconds that local time is ahead of UTC at @utc_s; *dst: that is daylight saving time.
 * Without a zone, or at a time that no calendar has: 0, which is UTC.
 */
s32 zone_offset(s64 utc_s, bool *dst);
/* Read the zone again, should it have been changed. */
void zone_refresh(void);

#endif
