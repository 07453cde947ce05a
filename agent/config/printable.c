// SPDX-License-Identifier: GPL-2.0-or-later
#include "printable.h"

#include <stdio.h>
#include <string.h>

#include "types.h"

/* Length of the UTF-8 sequence at @s and its code point, or 0 when it is none. */
static size_t utf8_sequence(const unsigned char *s, size_t len, u32 *code)
{
	static const u32 least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	if (n == 1) {
		*code = s[0];
		return 1;
	}
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return 0;
	*code = s[0] & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return n;
}

static bool harmless(u32 code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	/* marks and overrides of the writing direction hide what follows */
	if (code == 0x61c || (code >= 0x200b && code <= 0x200f))
		return false;
	return !(code >= 0x2028 && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069) &&
	       code != 0xfeff;
}

char *printable(char *dst, size_t size, const char *src, size_t len)
{
	const unsigned char *s = (const unsigned char *)src;
	size_t out = 0;

	if (!size)
		return dst;
	for (size_t i = 0; i < len;) {
		char piece[20];
		u32 code;
		size_t n = utf8_sequence(s + i, len - i, &code), m;

		if (n && harmless(code)) {
			memcpy(piece, s + i, n);
			m = n;
		} else {
			n = n ? n : 1;
			m = 0;
			for (size_t k = 0; k < n; k++)
				m += (size_t)snprintf(piece + m, sizeof(piece) - m, "\\x%02x",
						      s[i + k]);
		}
		if (m >= size - out)
			break;
		memcpy(dst + out, piece, m);
		out += m;
		i += n;
	}
	dst[out] = '\0';
	return dst;
}

size_t printable_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}
