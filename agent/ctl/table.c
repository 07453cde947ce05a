// SPDX-License-Identifier: GPL-2.0-or-later
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "config/printable.h"

enum { GAP = 2, SHRUNK = 16 };

struct table {
	const struct column *columns;
	unsigned int n;
	char **cell;
	size_t ncell, room;
	bool broken;		/* out of memory: print nothing half */
};

struct table *table_new(const struct column *columns, unsigned int n)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t) {
		t->columns = columns;
		t->n = n;
	}
	return t;
}

void table_add(struct table *t, struct text cell)
{
	if (!t || t->broken)
		return;
	if (t->ncell == t->room) {
		size_t room = t->room ? 2 * t->room : 256;
		char **p = realloc(t->cell, room * sizeof(*p));

		if (!p) {
			t->broken = true;
			return;
		}
		t->cell = p;
		t->room = room;
	}
	t->cell[t->ncell] = strdup(cell.s);
	if (t->cell[t->ncell])
		t->ncell++;
	else
		t->broken = true;
}

static unsigned int total_width(const struct table *t, const unsigned int *width, const bool *hidden)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < t->n; i++)
		if (!hidden[i])
			sum += width[i] + (sum ? GAP : 0);
	return sum;
}

/* Shorten long texts first, then hide the least important columns. */
static void fit(const struct table *t, unsigned int limit, unsigned int *width, bool *hidden)
{
	while (limit && total_width(t, width, hidden) > limit) {
		unsigned int over = total_width(t, width, hidden) - limit, which = t->n;

		for (unsigned int i = 0; i < t->n; i++)
			if (!hidden[i] && !t->columns[i].right && width[i] > SHRUNK)
				which = i;
		if (which < t->n) {
			width[which] -= over < width[which] - SHRUNK ? over : width[which] - SHRUNK;
			continue;
		}
		for (unsigned int i = 0; i < t->n; i++)
			if (!hidden[i] && t->columns[i].importance &&
			    (which == t->n ||
			     t->columns[i].importance < t->columns[which].importance))
				which = i;
		if (which == t->n)
			return;
		hidden[which] = true;
	}
}

/* Octets of @s that fit @width columns. */
static int octets(const char *s, unsigned int width)
{
	const char *p = s;

	for (; *p; p++)
		if (((unsigned char)*p & 0xc0) != 0x80 && !width--)
			break;
	return (int)(p - s);
}

static void print_cell(struct ctl *c, const struct column *col, const char *s, unsigned int width,
		       bool last)
{
	unsigned int w = (unsigned int)printable_width(s);
	int pad = w < width ? (int)(width - w) : 0;

	if (w > width) {
		fprintf(c->out, "%.*s~", octets(s, width - 1), s);
		return;
	}
	fprintf(c->out, "%*s%s%*s", col->right ? pad : 0, "", s, col->right || last ? 0 : pad, "");
}

static void print_row(const struct table *t, struct ctl *c, char *const *cells,
		      const unsigned int *width, const bool *hidden)
{
	const char *colour = cells ? state_colour(c, cells[0]) : "";
	bool first = true;

	for (unsigned int i = 0; i < t->n; i++) {
		bool last = true;

		if (hidden[i])
			continue;
		for (unsigned int k = i + 1; k < t->n; k++)
			last = last && hidden[k];
		fprintf(c->out, "%*s", first ? 0 : GAP, "");
		if (first && *colour)
			fputs(colour, c->out);
		print_cell(c, &t->columns[i], cells ? cells[i] : t->columns[i].title, width[i], last);
		if (first && *colour)
			fputs(colour_off(c), c->out);
		first = false;
	}
	fputc('\n', c->out);
}

void table_print(const struct table *t, struct ctl *c)
{
	unsigned int width[TABLE_COLUMNS_MAX];
	bool hidden[TABLE_COLUMNS_MAX] = { false };

	if (!t || t->broken) {
		fprintf(c->err, "as-timesyncctl: there is no memory left for the table\n");
		return;
	}
	for (unsigned int i = 0; i < t->n; i++) {
		width[i] = (unsigned int)printable_width(t->columns[i].title);
		for (size_t k = i; k < t->ncell; k += t->n)
			if (printable_width(t->cell[k]) > width[i])
				width[i] = (unsigned int)printable_width(t->cell[k]);
	}
	fit(t, c->width, width, hidden);
	print_row(t, c, NULL, width, hidden);
	for (size_t k = 0; k + t->n <= t->ncell; k += t->n)
		print_row(t, c, t->cell + k, width, hidden);
}

void table_free(struct table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->ncell; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t);
}

const char *state_colour(const struct ctl *c, const char *state)
{
	static const struct {
		const char *state, *sequence;
	} colours[] = {
		{ "selected", "\033[1;32m" }, { "combined", "\033[32m" },
		{ "falseticker", "\033[1;31m" }, { "unreachable", "\033[31m" },
		{ "unsynchronised", "\033[31m" }, { "distant", "\033[33m" },
		{ "undecided", "\033[33m" }, { "outlier", "\033[33m" }, { "warmup", "\033[36m" },
	};

	for (size_t i = 0; c->colour && i < ARRAY_SIZE(colours); i++)
		if (!strcmp(state, colours[i].state))
			return colours[i].sequence;
	return "";
}

const char *colour_off(const struct ctl *c)
{
	return c->colour ? "\033[0m" : "";
}
