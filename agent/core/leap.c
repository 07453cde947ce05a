// SPDX-License-Identifier: GPL-2.0-or-later
/* leap-seconds.list: bounds first, then order, then the file's own checksum. */
#include <errno.h>
#include <nettle/sha1.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/leap.h"

#define NTP_UNIX_EPOCH 2208988800ULL	/* s from 1900-01-01 to 1970-01-01 */
#define DAY_S 86400
#define FIRST_NTP_S 2272060800ULL	/* 1972-01-01, where UTC has leap seconds at all */
#define LAST_NTP_S 11423635200ULL	/* 2262-01-01: the last new year that s64 ns can hold */
#define TAI_OFFSET_MAX 255
#define TEXT_MAX (1024 * 1024)		/* the real file has 5 KiB */
#define SHA1_WORDS (SHA1_DIGEST_SIZE / 4)

struct reader {
	struct leap_table table;
	unsigned int line;
	bool expiry_seen, update_seen, hash_seen;
	u64 expires_ntp_s;
	u32 hash[SHA1_WORDS];
	unsigned int hash_line;
	struct sha1_ctx sha1;	/* of the digits read, without blanks */
	char *err;
	size_t errlen;
};

/* What is left of the current line. */
struct span {
	const char *p, *end;
};

static int __attribute__((format(printf, 2, 3)))
fail(struct reader *r, const char *fmt, ...)
{
	size_t used = 0;
	va_list ap;

	if (!r->errlen)
		return -EINVAL;
	if (r->line) {
		int n = snprintf(r->err, r->errlen, "line %u: ", r->line);

		used = n > 0 && (size_t)n < r->errlen ? (size_t)n : r->errlen - 1;
	}
	va_start(ap, fmt);
	vsnprintf(r->err + used, r->errlen - used, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static bool blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r';
}

static void skip_blanks(struct span *s)
{
	while (s->p < s->end && blank(*s->p))
		s->p++;
}

/* At the end of the line or where a comment begins. */
static bool at_end(struct span *s)
{
	skip_blanks(s);
	return s->p == s->end || *s->p == '#';
}

/* One decimal number up to @max; its digits go to the checksum as written. */
static int read_number(struct reader *r, struct span *s, const char *what, u64 max, u64 *out)
{
	const char *start;
	u64 v = 0;

	skip_blanks(s);
	start = s->p;
	for (; s->p < s->end && *s->p >= '0' && *s->p <= '9'; s->p++) {
		v = v * 10 + (u64)(*s->p - '0');
		if (v > max)
			return fail(r, "%s is too large; at most %llu is possible", what,
				    (unsigned long long)max);
	}
	if (s->p == start || (s->p < s->end && !blank(*s->p) && *s->p != '#'))
		return fail(r, "%s is not a decimal number", what);
	sha1_update(&r->sha1, (size_t)(s->p - start), (const u8 *)start);
	*out = v;
	return 0;
}

static int read_stamp(struct reader *r, struct span s, const char *what, bool *seen, u64 *out)
{
	int ret;

	if (*seen)
		return fail(r, "a second %s; one is right", what);
	*seen = true;
	ret = read_number(r, &s, what, LAST_NTP_S, out);
	if (ret)
		return ret;
	if (*out < FIRST_NTP_S)
		return fail(r, "%s is before 1972; %llu or more (seconds since 1900) is right",
			    what, FIRST_NTP_S);
	if (!at_end(&s))
		return fail(r, "more than one number after %s", what);
	return 0;
}

static int hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return -1;
}

/* Five words; publishers have been seen to drop a word's leading zeros. */
static int read_hash(struct reader *r, struct span s)
{
	if (r->hash_seen)
		return fail(r, "a second #h line; one is right");
	r->hash_seen = true;
	r->hash_line = r->line;
	for (int i = 0; i < SHA1_WORDS; i++) {
		unsigned int digits = 0;
		u32 v = 0;

		skip_blanks(&s);
		for (; s.p < s.end && hex_digit(*s.p) >= 0 && digits <= 8; s.p++, digits++)
			v = v << 4 | (u32)hex_digit(*s.p);
		if (!digits || digits > 8)
			return fail(r, "#h wants five hexadecimal words of 1 to 8 digits");
		r->hash[i] = v;
	}
	if (!at_end(&s))
		return fail(r, "text after the five words of #h");
	return 0;
}

static int read_entry(struct reader *r, struct span s)
{
	struct leap_table *t = &r->table;
	u64 ntp_s, offset;
	int last, ret;
	s64 utc;

	ret = read_number(r, &s, "the NTP time", LAST_NTP_S, &ntp_s);
	if (ret)
		return ret;
	if (ntp_s < FIRST_NTP_S || ntp_s % DAY_S)
		return fail(r, "NTP time %llu is not a UTC midnight since 1972 (a multiple of "
			    "86400 from %llu on)", (unsigned long long)ntp_s, FIRST_NTP_S);
	ret = read_number(r, &s, "TAI - UTC", TAI_OFFSET_MAX, &offset);
	if (ret)
		return ret;
	if (!offset)
		return fail(r, "TAI - UTC is 0; 1 to %d is right", TAI_OFFSET_MAX);
	if (!at_end(&s))
		return fail(r, "text after the two numbers; only a # comment may follow");
	if (t->count == LEAP_MAX)
		return fail(r, "more than %d leap seconds", LEAP_MAX);

	utc = (s64)(ntp_s - NTP_UNIX_EPOCH) * NSEC_PER_SEC;
	if (t->count) {
		last = t->entry[t->count - 1].tai_offset;
		if (utc <= t->entry[t->count - 1].utc)
			return fail(r, "NTP time %llu is not later than the one before; ascending "
				    "order is right", (unsigned long long)ntp_s);
		if ((int)offset != last + 1 && (int)offset != last - 1)
			return fail(r, "TAI - UTC goes from %d to %d; %d or %d is right", last,
				    (int)offset, last + 1, last - 1);
	}
	t->entry[t->count].utc = utc;
	t->entry[t->count].tai_offset = (int)offset;
	t->count++;
	return 0;
}

static int read_line(struct reader *r, struct span s)
{
	u64 update_ntp_s;
	char kind;

	skip_blanks(&s);
	if (s.p == s.end)
		return 0;
	if (*s.p != '#')
		return read_entry(r, s);
	s.p++;
	kind = s.p < s.end ? *s.p++ : '\0';
	switch (kind) {
	case '$':
		return read_stamp(r, s, "#$ (last update)", &r->update_seen, &update_ntp_s);
	case '@':
		return read_stamp(r, s, "#@ (expiry)", &r->expiry_seen, &r->expires_ntp_s);
	case 'h':
		/* "#h" of a word of prose is a comment like any other. */
		if (s.p < s.end && blank(*s.p))
			return read_hash(r, s);
		return 0;
	default:
		return 0;
	}
}

static int check_hash(struct reader *r)
{
	u8 md[SHA1_DIGEST_SIZE];
	u32 got[SHA1_WORDS];
	bool same = true;

	if (!r->hash_seen)
		return 0;
	r->line = r->hash_line;
	sha1_digest(&r->sha1, sizeof(md), md);
	for (int i = 0; i < SHA1_WORDS; i++) {
		got[i] = (u32)md[4 * i] << 24 | (u32)md[4 * i + 1] << 16 |
			 (u32)md[4 * i + 2] << 8 | md[4 * i + 3];
		same = same && got[i] == r->hash[i];
	}
	if (!same)
		return fail(r, "the #h checksum does not fit the numbers above, the file is damaged; "
			    "%08x %08x %08x %08x %08x would be right for them", got[0], got[1], got[2], got[3], got[4]);
	return 0;
}

static int check_whole(struct reader *r)
{
	struct leap_table *t = &r->table;

	r->line = 0;
	if (!t->count)
		return fail(r, "no leap second in the file; lines of NTP time and TAI - UTC are right");
	if (!r->expiry_seen)
		return fail(r, "no #@ line with the expiry (seconds since 1900)");
	t->expires_utc = (s64)(r->expires_ntp_s - NTP_UNIX_EPOCH) * NSEC_PER_SEC;
	if (t->expires_utc < t->entry[0].utc)
		return fail(r, "the file expires before its first leap second");
	return check_hash(r);
}

static int read_text(struct reader *r, const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		struct span s = { p, nl ? nl : end };
		int ret;

		r->line++;
		ret = read_line(r, s);
		if (ret)
			return ret;
		p = nl ? nl + 1 : end;
	}
	return check_whole(r);
}

int leap_parse(const char *text, size_t len, struct leap_table *t, char *err, size_t errlen)
{
	struct reader r = { .err = err, .errlen = errlen };
	int ret;

	if (errlen)
		err[0] = '\0';
	if (len > TEXT_MAX)
		return fail(&r, "%zu octets are too many; a leap-seconds.list has at most %d", len,
			    TEXT_MAX);
	sha1_init(&r.sha1);
	ret = read_text(&r, text, len);
	if (!ret)
		*t = r.table;
	return ret;
}

bool leap_possible(s64 utc)
{
	time_t s = (time_t)(utc / NSEC_PER_SEC - (utc % NSEC_PER_SEC < 0));
	struct tm tm;

	if (!gmtime_r(&s, &tm))
		return false;
	return (tm.tm_mon == 5 && tm.tm_mday == 30) || (tm.tm_mon == 11 && tm.tm_mday == 31);
}

void leap_at(const struct leap_table *t, s64 utc, struct leap_state *out)
{
	unsigned int i = 0;

	*out = (struct leap_state){ 0 };
	while (i < t->count && t->entry[i].utc <= utc)
		i++;
	out->expired = !i || utc >= t->expires_utc;
	if (i)
		out->tai_offset = t->entry[i - 1].tai_offset;
	/* The first entry starts the count, it is no leap second. */
	if (i && i < t->count && t->entry[i].utc - utc <= DAY_S * NSEC_PER_SEC) {
		out->pending = t->entry[i].tai_offset - t->entry[i - 1].tai_offset;
		out->when_utc = t->entry[i].utc;
	}
}
