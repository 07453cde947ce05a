/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings from outside on their way to a terminal or a log. */
#ifndef ATS_PRINTABLE_H
#define ATS_PRINTABLE_H

#include <stddef.h>

/*
 * Copy @len octets of @src to @dst (@size octets, always ended by a NUL) with
 * control characters, C1 controls, bidirectional marks and octets that are not
 * UTF-8 written as \xNN. Cut at a whole character when too long. Returns @dst.
 */
char *printable(char *dst, size_t size, const char *src, size_t len);
/* Columns that an escaped string takes on a terminal: code points. */
size_t printable_width(const char *s);

#endif
