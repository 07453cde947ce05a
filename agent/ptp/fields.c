// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/fields.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ptp/identity.h"

enum { NAMES_ROOM = 512 };

void ptp_fields_visit(const struct ptp_layout *l, const void *in, ptp_value_fn *fn, void *ctx)
{
	for (u16 i = 0; i < l->fields; i++) {
		const struct ptp_field *f = &l->field[i];
		const void *member = (const u8 *)in + f->at;
		struct ptp_value v = { .name = f->name, .kind = f->kind, .size = f->size };

		switch (v.kind) {
		case PTP_RESERVED:
			continue;
		case PTP_TIMESTAMP:
			v.number = *(const s64 *)member;
			break;
		case PTP_COUNTERS:
			v.counter = member;
			break;
		case PTP_OCTETS:
			v.octets = (struct ptp_octets){ member, f->size };
			break;
		case PTP_TEXT:
		case PTP_ADDRESS:
		case PTP_IDENTITIES:
		case PTP_REST:
			v.octets = *(const struct ptp_octets *)member;
			break;
		default:
			v.number = ptp_field_number(f, in);
		}
		fn(ctx, &v);
	}
}

static bool parse_unsigned(const char *text, unsigned int bits, u64 *v)
{
	const bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	char *end;

	/* strtoull would take signs and blanks */
	if (!isdigit((unsigned char)text[0]) || (hex && !isxdigit((unsigned char)text[2])))
		return false;
	errno = 0;
	*v = strtoull(text, &end, hex ? 16 : 10);
	return !*end && !errno && (bits == 64 || !(*v >> bits));
}

static bool parse_signed(const char *text, unsigned int bits, u64 *v)
{
	const bool negative = text[0] == '-';
	const u64 most = 1ULL << (bits - 1);

	if (!parse_unsigned(text + negative, 64, v) || *v > most - !negative)
		return false;
	if (negative)
		*v = -*v;
	return true;
}

/* To 2^-16 ns */
static bool parse_interval(const char *text, u64 *v)
{
	char *end;
	double ns;

	if (!isdigit((unsigned char)text[text[0] == '-']))
		return false;
	ns = strtod(text, &end) * 65536;
	if (*end || !(fabs(ns) < 0x1p63))
		return false;
	*v = (u64)llrint(ns);
	return true;
}

/* Seconds with up to nine decimals, to ns */
static bool parse_time(const char *text, u64 *v)
{
	const char *dot = strchr(text, '.');
	size_t whole = dot ? (size_t)(dot - text) : strlen(text);
	char seconds[12];
	u64 ns = 0;

	if (whole >= sizeof(seconds) || (dot && (!dot[1] || strlen(dot + 1) > 9)))
		return false;
	memcpy(seconds, text, whole);
	seconds[whole] = 0;
	if (strchr(seconds, 'x') || !parse_unsigned(seconds, 33, v))
		return false;
	for (u64 unit = NSEC_PER_SEC / 10; dot && *++dot; unit /= 10) {
		if (!isdigit((unsigned char)*dot))
			return false;
		ns += unit * (u64)(*dot - '0');
	}
	*v = *v * NSEC_PER_SEC + ns;
	return true;
}

static bool parse_octets(const char *text, size_t n, u8 *to)
{
	unsigned int octet;

	if (strlen(text) != 2 * n || strspn(text, "0123456789abcdefABCDEF") != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (sscanf(text + 2 * i, "%2x", &octet) != 1)
			return false;
		to[i] = (u8)octet;
	}
	return true;
}

/* NULL: done. Else what it should be; nothing is changed then. */
static const char *set(const struct ptp_field *f, void *out, const char *text)
{
	void *member = (u8 *)out + f->at;
	const unsigned int bits = 8u * f->size;
	struct ptp_octets octets = { (const u8 *)text, 0 };
	u64 v;

	switch (f->kind) {
	case PTP_UINT:
	case PTP_HEX:
		if (!parse_unsigned(text, bits, &v))
			return "a whole number that is not too large";
		break;
	case PTP_INT:
		if (!parse_signed(text, bits, &v))
			return "a whole number that is not too large";
		break;
	case PTP_INTERVAL:
		if (!parse_interval(text, &v))
			return "nanoseconds";
		break;
	case PTP_IDENTITY:
		if (!ptp_clock_parse(text, &v))
			return "a clock identity, as in 001122.fffe.334455";
		break;
	case PTP_TIMESTAMP:
		if (!parse_time(text, &v))
			return "seconds since 1970, TAI, with up to nine decimals";
		*(s64 *)member = (s64)v;
		return NULL;
	case PTP_OCTETS:
		return parse_octets(text, f->size, member) ? NULL :
			"hexadecimal digits, two of each octet";
	case PTP_TEXT:
		if (strlen(text) > 255)
			return "255 octets at most";
		octets.len = (u16)strlen(text);
		*(struct ptp_octets *)member = octets;
		return NULL;
	default:
		return "left out: it cannot be set";
	}
	ptp_field_store(f, out, v);
	return NULL;
}

static bool is_called(const struct ptp_field *f, const char *name, bool whole)
{
	const char *dot = f->name ? strrchr(f->name, '.') : NULL;

	return whole ? f->name && !strcmp(f->name, name) : dot && !strcmp(dot + 1, name);
}

static const struct ptp_field *find(const struct ptp_layout *l, const char *name)
{
	for (int whole = 1; whole >= 0; whole--)
		for (u16 i = 0; i < l->fields; i++)
			if (is_called(&l->field[i], name, whole))
				return &l->field[i];
	return NULL;
}

static int no_such(const struct ptp_layout *l, const char *name, char *why, size_t room)
{
	char names[NAMES_ROOM] = "";
	size_t len = 0;

	for (u16 i = 0; i < l->fields && len < sizeof(names); i++)
		if (l->field[i].name)
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s",
						len ? ", " : "", l->field[i].name);
	snprintf(why, room, "there is no field \"%.64s\"; there %s", name,
		 len ? "are: " : "are none");
	if (len && strlen(why) < room)
		snprintf(why + strlen(why), room - strlen(why), "%s", names);
	return -EINVAL;
}

int ptp_field_set(const struct ptp_layout *l, void *out, const char *name, const char *text,
		  char *why, size_t room)
{
	const struct ptp_field *f = find(l, name);
	const char *wanted;

	if (!f)
		return no_such(l, name, why, room);
	wanted = set(f, out, text);
	if (!wanted)
		return 0;
	snprintf(why, room, "%s = \"%.64s\" is impossible; it should be %s", f->name, text, wanted);
	return -EINVAL;
}
