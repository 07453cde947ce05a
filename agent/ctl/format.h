/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of the daemon's answers as people read them. Pure. */
#ifndef ATS_CTL_FORMAT_H
#define ATS_CTL_FORMAT_H

#include <jansson.h>

#include "types.h"

enum { FORMAT_LEN = 320 };

struct text {
	char s[FORMAT_LEN];
};

/* Three to four digits with the unit that fits: "12.3 us", "-1.5 ms", "64 s". */
struct text format_time(double seconds);
/* The same, always with its sign. */
struct text format_offset(double seconds);
/* Ratio as "12.346 ppm" or "-3.2 ppb", always with its sign. */
struct text format_ratio(double ratio);
/* One unit for what is young, two for the rest: "4 s", "2 min 5 s", "3 d 4 h". */
struct text format_duration(double seconds);
struct text format_count(double n);

/* The member @key of @object: formatted, or "-" when null, absent or odd. */
struct text member_time(const json_t *object, const char *key);
struct text member_offset(const json_t *object, const char *key);
struct text member_ratio(const json_t *object, const char *key);
struct text member_duration(const json_t *object, const char *key);
struct text member_count(const json_t *object, const char *key);
struct text member_text(const json_t *object, const char *key);	/* made harmless */
bool member_true(const json_t *object, const char *key);
/* false when it is no number. */
bool member_number(const json_t *object, const char *key, double *v);

#endif
