// SPDX-License-Identifier: GPL-2.0-or-later
#include "format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "config/printable.h"

/* Four significant digits at most, without the zeros behind them. */
static struct text with_unit(double v, bool sign, const char *unit)
{
	double a = fabs(v);
	int digits = a < 9.995 ? 2 : a < 99.95 ? 1 : 0;
	struct text t;
	char *end;

	snprintf(t.s, sizeof(t.s), sign ? "%+.*f" : "%.*f", digits, v);
	end = t.s + strlen(t.s);
	if (strchr(t.s, '.')) {
		while (end[-1] == '0')
			end--;
		end -= end[-1] == '.';
	}
	snprintf(end, sizeof(t.s) - (size_t)(end - t.s), " %s", unit);
	return t;
}

static struct text time_text(double s, bool sign)
{
	double a = fabs(s);

	if (!isfinite(s))
		return (struct text){ "-" };
	if (a < 999.5e-9)
		return with_unit(s * 1e9, sign, "ns");
	if (a < 999.5e-6)
		return with_unit(s * 1e6, sign, "us");
	if (a < 0.9995)
		return with_unit(s * 1e3, sign, "ms");
	return with_unit(s, sign, "s");
}

struct text format_time(double seconds)
{
	return time_text(seconds, false);
}

struct text format_offset(double seconds)
{
	return time_text(seconds, true);
}

struct text format_ratio(double ratio)
{
	struct text t = { "-" };

	if (!isfinite(ratio))
		return t;
	if (fabs(ratio) < 99.95e-9)
		snprintf(t.s, sizeof(t.s), "%+.2f ppb", ratio * 1e9);
	else
		snprintf(t.s, sizeof(t.s), "%+.3f ppm", ratio * 1e6);
	return t;
}

struct text format_duration(double seconds)
{
	static const struct {
		double s;
		const char *name;
	} unit[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	struct text t = { "-" };
	double rest, n;
	size_t i = 0;

	if (!isfinite(seconds) || seconds < 0)
		return t;
	if (seconds < 10)
		return format_time(seconds);
	rest = round(seconds);
	while (i < 3 && rest < unit[i].s)
		i++;
	n = floor(rest / unit[i].s);
	snprintf(t.s, sizeof(t.s), "%.0f %s", n, unit[i].name);
	rest -= n * unit[i].s;
	if (i < 3 && floor(rest / unit[i + 1].s) > 0)
		snprintf(t.s, sizeof(t.s), "%.0f %s %.0f %s", n, unit[i].name,
			 floor(rest / unit[i + 1].s), unit[i + 1].name);
	return t;
}

struct text format_count(double n)
{
	struct text t = { "-" };

	if (isfinite(n))
		snprintf(t.s, sizeof(t.s), "%.0f", n);
	return t;
}

bool member_number(const json_t *object, const char *key, double *v)
{
	const json_t *m = json_object_get(object, key);

	if (!json_is_number(m))
		return false;
	*v = json_number_value(m);
	return true;
}

static struct text member(const json_t *object, const char *key, struct text (*format)(double))
{
	double v;

	return member_number(object, key, &v) ? format(v) : (struct text){ "-" };
}

struct text member_time(const json_t *object, const char *key)
{
	return member(object, key, format_time);
}

struct text member_offset(const json_t *object, const char *key)
{
	return member(object, key, format_offset);
}

struct text member_ratio(const json_t *object, const char *key)
{
	return member(object, key, format_ratio);
}

struct text member_duration(const json_t *object, const char *key)
{
	return member(object, key, format_duration);
}

struct text member_count(const json_t *object, const char *key)
{
	return member(object, key, format_count);
}

struct text member_text(const json_t *object, const char *key)
{
	const json_t *m = json_object_get(object, key);
	struct text t = { "-" };

	if (json_is_string(m) && json_string_length(m))
		printable(t.s, sizeof(t.s), json_string_value(m), json_string_length(m));
	return t;
}

bool member_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}
