/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An aligned table that fits the terminal. */
#ifndef ATS_CTL_TABLE_H
#define ATS_CTL_TABLE_H

#include "ctl.h"
#include "format.h"

struct column {
	const char *title;
	bool right;		/* aligned */
	int importance;		/* the lowest goes first when space is short; 0 never goes */
};

enum { TABLE_COLUMNS_MAX = 20 };

struct table;

/* NULL: no memory; the other functions then do nothing. */
struct table *table_new(const struct column *columns, unsigned int n);
/* The next cell, row by row; copied. */
void table_add(struct table *t, struct text cell);
void table_print(const struct table *t, struct ctl *c);
void table_free(struct table *t);

/* The escape sequence for a source state, or "" without colour. */
const char *state_colour(const struct ctl *c, const char *state);
const char *colour_off(const struct ctl *c);

#endif
