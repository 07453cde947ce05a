// SPDX-License-Identifier: GPL-2.0-or-later
/* Any text as a frequency file: refused, or within the limits. */
#include <math.h>
#include <stdlib.h>

#include "os/state_file.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct state_file s;

	if (state_file_parse((const char *)data, len, &s))
		return 0;
	if (!(fabs(s.freq) <= 1.0001e-3) || !(s.freq_sd >= 0) || !(s.freq_sd <= 1.0001e-3) ||
	    s.written_utc < 0)
		abort();
	return 0;
}
