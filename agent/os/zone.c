// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/zone.h"

#include <time.h>

s32 zone_offset(s64 utc_s, bool *dst)
{
	const time_t at = (time_t)utc_s;
	struct tm tm;

	*dst = false;
	if (!localtime_r(&at, &tm))
		return 0;
	*dst = tm.tm_isdst > 0;
	return (s32)tm.tm_gmtoff;
}

void zone_refresh(void)
{
	tzset();
}
