// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a file with its includes to one text. libconfig could follow @include
 * itself, but not relative to the including file, with bounds, or into a
 * digest; it also wraps large integers silently. So every token that matters
 * to that is looked at here, and libconfig never sees an include.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/sha2.h>

#include "config_internal.h"
#include "printable.h"

struct scanner {
	struct config_text *t;
	const struct config_error *e;
	struct sha256_ctx sha256;
	unsigned int depth;		/* of includes */
	unsigned int nesting;		/* of brackets */
	size_t behind_string;		/* nothing but blanks since there, or 0 */
};

/* One file while it is read. */
struct scan_file {
	const char *name;
	unsigned int index;
	const char *p, *end;
	int line;
};

static int scan_path(struct scanner *s, const char *path, const char *from, int line);

static int fail_v(const struct config_error *e, const char *file, int line, const char *key,
		  const char *fmt, va_list ap)
{
	char text[1024], place[320] = "", safe[2048];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (line)
		snprintf(place, sizeof(place), ":%d", line);
	printable(safe, sizeof(safe), text, strlen(text));
	snprintf(e->buf, e->len, "%s%s: %s: %s", file, place, key, safe);
	return -EINVAL;
}

int config_fail_at(const struct config_error *e, const char *file, int line, const char *key,
		   const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = fail_v(e, file, line, key, fmt, ap);
	va_end(ap);
	return r;
}

static int no_memory(struct scanner *s, const char *file)
{
	config_fail_at(s->e, file, 0, "memory", "there is none left; make the file smaller");
	return -ENOMEM;
}

/* -EINVAL: not a regular file. Opening some devices does things: look first. */
static int open_regular(const char *path)
{
	struct stat st;
	int fd;

	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

/* All of it in fresh memory, or -errno. */
static int slurp(int fd, char **text, size_t *len)
{
	size_t size = 0;
	char *buf = NULL, *p;
	ssize_t n = 1;
	int r = 0;

	for (*len = 0; !r && n; *len += (size_t)(n > 0 ? n : 0)) {
		if (*len == size) {
			size = size ? 2 * size : 4096;
			p = realloc(buf, size);
			if (!p) {
				r = -ENOMEM;
				break;
			}
			buf = p;
		}
		n = read(fd, buf + *len, size - *len);
		if (n < 0)
			r = -errno;
		else if (*len + (size_t)n > CONFIG_FILE_MAX)
			r = -EFBIG;
	}
	if (r) {
		free(buf);
		return r;
	}
	*text = buf;
	return 0;
}

/* The same by name; the message is written. */
static int read_file(struct scanner *s, const char *path, const char *from, int line,
		     char **text, size_t *len)
{
	const char *file = from ? from : path, *key = from ? "@include" : "file";
	int fd = open_regular(path), r;

	if (fd == -EINVAL)
		return config_fail_at(s->e, file, line, key, "%s is not a regular file; give one",
				      path);
	if (fd < 0)
		return config_fail_at(s->e, file, line, key, "cannot read %s: %s; give a file "
				      "that can be read", path, strerror(-fd));
	r = slurp(fd, text, len);
	close(fd);
	if (r == -ENOMEM)
		return no_memory(s, file);
	if (r == -EFBIG)
		return config_fail_at(s->e, file, line, key, "%s is too large; at most %d octets",
				      path, CONFIG_FILE_MAX);
	if (r)
		return config_fail_at(s->e, file, line, key, "cannot read %s: %s; give a file that "
				      "can be read", path, strerror(-r));
	return 0;
}

static int append(struct scanner *s, const struct scan_file *f, const char *p, size_t n)
{
	struct config_text *t = s->t;

	if (t->len + n >= CONFIG_TEXT_MAX)
		return config_fail_at(s->e, f->name, f->line, "file", "too much text; at most %d "
				      "octets with all includes", CONFIG_TEXT_MAX);
	if (t->len + n + 1 > t->size) {
		size_t size = 2 * (t->len + n + 1);
		char *buf = realloc(t->buf, size);

		if (!buf)
			return no_memory(s, f->name);
		t->buf = buf;
		t->size = size;
	}
	memcpy(t->buf + t->len, p, n);
	t->len += n;
	t->buf[t->len] = '\0';
	for (size_t i = 0; i < n; i++)
		t->lines += p[i] == '\n';
	return 0;
}

/* From here on the text comes from @f. */
static int begin_span(struct scanner *s, const struct scan_file *f)
{
	struct config_text *t = s->t;
	struct config_span *span = realloc(t->span, (t->nspan + 1) * sizeof(*span));

	if (!span)
		return no_memory(s, f->name);
	t->span = span;
	span[t->nspan++] = (struct config_span){
		.flat = t->lines + 1, .file = f->index, .line = (unsigned int)f->line,
	};
	return 0;
}

/* Take @n octets over as they are. */
static int take(struct scanner *s, struct scan_file *f, size_t n)
{
	int r = append(s, f, f->p, n);

	for (size_t i = 0; i < n; i++)
		f->line += f->p[i] == '\n';
	f->p += n;
	return r;
}

static size_t left(const struct scan_file *f)
{
	return (size_t)(f->end - f->p);
}

static bool looking_at(const struct scan_file *f, const char *s)
{
	return left(f) >= strlen(s) && !memcmp(f->p, s, strlen(s));
}

static int scan_string(struct scanner *s, struct scan_file *f)
{
	size_t n = 1;
	int r;

	while (n < left(f) && f->p[n] != '"')
		n += f->p[n] == '\\' ? 2 : 1;
	if (n >= left(f))
		return config_fail_at(s->e, f->name, f->line, "syntax", "a string begins here and "
				      "does not end; close it with '\"'");
	r = take(s, f, n + 1);
	s->behind_string = s->t->len;
	return r;
}

/*
 * libconfig gives a string the line of the token behind it, so that one is moved
 * up to the string when there are line ends between them.
 */
static int take_behind_string(struct scanner *s, struct scan_file *f)
{
	char *to, c = *f->p;
	size_t n = s->t->len - s->behind_string;
	int r = take(s, f, 1);

	if (!r) {
		to = s->t->buf + s->behind_string;
		memmove(to + 1, to, n);
		*to = c;
	}
	s->behind_string = 0;
	return r;
}

static int scan_comment(struct scanner *s, struct scan_file *f)
{
	const char *end;

	if (!looking_at(f, "/*")) {
		end = memchr(f->p, '\n', left(f));
		return take(s, f, end ? (size_t)(end - f->p) : left(f));
	}
	end = left(f) > 3 ? memmem(f->p + 2, left(f) - 2, "*/", 2) : NULL;
	if (!end)
		return config_fail_at(s->e, f->name, f->line, "syntax", "a comment begins here "
				      "and does not end; close it with \"*/\"");
	return take(s, f, (size_t)(end + 2 - f->p));
}

/* Names and numbers. libconfig needs an L to read more than 32 bits. */
static int scan_word(struct scanner *s, struct scan_file *f)
{
	char word[32];
	const char *digits;
	char *end;
	size_t n = 0;
	long long v;
	int r;

	s->behind_string = 0;
	while (n < left(f) && f->p[n] && (isalnum((unsigned char)f->p[n]) ||
					  strchr("_*+-.", f->p[n])))
		n++;
	snprintf(word, sizeof(word), "%.*s", n < sizeof(word) ? (int)n : 0, f->p);
	digits = word + (word[0] == '-' || word[0] == '+');
	if (!isdigit((unsigned char)*digits) && n < sizeof(word))
		return take(s, f, n);
	if (n >= sizeof(word)) {
		if (isdigit((unsigned char)f->p[0]) || strchr("+-.", f->p[0]))
			return config_fail_at(s->e, f->name, f->line, "syntax", "this number is too "
					      "long; use at most %zu characters", sizeof(word) - 1);
		return take(s, f, n);
	}
	errno = 0;
	v = strtoll(word, &end, digits[0] == '0' && (digits[1] | 32) == 'x' ? 16 : 10);
	if (*end && *end != 'L')
		return take(s, f, n);	/* floating point; the rest is libconfig's */
	if (errno)
		return config_fail_at(s->e, f->name, f->line, "syntax", "%s is out of range; "
				      "integers have 64 bits", word);
	r = take(s, f, n);
	if (!r && !*end && (v > INT_MAX || v < INT_MIN))
		r = append(s, f, "L", 1);
	return r;
}

static int scan_include(struct scanner *s, struct scan_file *f)
{
	static const char want[] = "is not complete; write @include \"FILE\" alone on its line";
	char path[CONFIG_PATH_MAX], full[2 * CONFIG_PATH_MAX];
	const char *p = f->p + strlen("@include"), *close, *slash = strrchr(f->name, '/');
	int r;

	while (p < f->end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == f->end || *p != '"')
		return config_fail_at(s->e, f->name, f->line, "@include", want);
	close = memchr(p + 1, '"', (size_t)(f->end - p - 1));
	if (!close || close == p + 1 || memchr(p, '\n', (size_t)(close - p)) ||
	    memchr(p, '\0', (size_t)(close - p)) || (size_t)(close - p) >= sizeof(path))
		return config_fail_at(s->e, f->name, f->line, "@include", want);
	snprintf(path, sizeof(path), "%.*s", (int)(close - p - 1), p + 1);
	if (path[0] == '/' || !slash)
		snprintf(full, sizeof(full), "%s", path);
	else
		snprintf(full, sizeof(full), "%.*s/%s", (int)(slash - f->name), f->name, path);
	r = scan_path(s, full, f->name, f->line);
	if (r)
		return r;
	for (f->p = close + 1; f->p < f->end && strchr(" \t\r", *f->p) && *f->p; f->p++)
		;
	if (f->p < f->end && *f->p != '\n' && *f->p != '#' && !looking_at(f, "//"))
		return config_fail_at(s->e, f->name, f->line, "@include", want);
	return begin_span(s, f);
}

static int scan_other(struct scanner *s, struct scan_file *f)
{
	if (looking_at(f, "\342\200\234") || looking_at(f, "\342\200\235") ||
	    looking_at(f, "\342\200\230") || looking_at(f, "\342\200\231"))
		return config_fail_at(s->e, f->name, f->line, "syntax", "this is a typographic "
				      "quotation mark; use the straight one, '\"'");
	if (!*f->p)
		return config_fail_at(s->e, f->name, f->line, "syntax", "there is a NUL octet; "
				      "this must be a text file");
	if (strchr("({[", *f->p) && ++s->nesting > CONFIG_NESTING_MAX)
		return config_fail_at(s->e, f->name, f->line, "syntax", "nested too deeply; at most "
				      "%d brackets", CONFIG_NESTING_MAX);
	if (strchr(")}]", *f->p) && s->nesting)
		s->nesting--;
	if (s->behind_string && strchr(",)]", *f->p))
		return take_behind_string(s, f);
	if (!strchr(" \t\r\n", *f->p))
		s->behind_string = 0;
	return take(s, f, 1);
}

static int scan_text(struct scanner *s, struct scan_file *f)
{
	bool fresh = true;		/* only blanks in this line so far */
	int r = begin_span(s, f);

	if (looking_at(f, "\357\273\277"))
		f->p += 3;
	while (!r && f->p < f->end) {
		char c = *f->p;

		if (c == '@') {
			if (!fresh || !looking_at(f, "@include"))
				return config_fail_at(s->e, f->name, f->line, "syntax", "'@' does "
						      "not belong here; only @include \"FILE\" alone "
						      "on its line begins with it");
			r = scan_include(s, f);
			continue;
		}
		fresh = c == '\n' || (fresh && (c == ' ' || c == '\t'));
		if (c == '"')
			r = scan_string(s, f);
		else if (c == '#' || looking_at(f, "//") || looking_at(f, "/*"))
			r = scan_comment(s, f);
		else if (c && (isalnum((unsigned char)c) || strchr("_*+-.", c)))
			r = scan_word(s, f);
		else
			r = scan_other(s, f);
	}
	/* what follows an include begins on a line of its own */
	return r ? r : append(s, f, "\n", 1);
}

static int scan_path(struct scanner *s, const char *path, const char *from, int line)
{
	struct config_text *t = s->t;
	struct scan_file f = { .line = 1 };
	unsigned int outer = s->nesting;
	char *text = NULL;
	size_t len = 0;
	int r;

	if (s->depth >= CONFIG_INCLUDE_DEPTH)
		return config_fail_at(s->e, from, line, "@include", "included too deeply; at most "
				      "%d files may include each other, and none itself",
				      CONFIG_INCLUDE_DEPTH);
	if (t->nfile >= CONFIG_FILES_MAX)
		return config_fail_at(s->e, from, line, "@include", "too many files; at most %d",
				      CONFIG_FILES_MAX);
	r = read_file(s, path, from, line, &text, &len);
	if (r)
		return r;
	f.index = t->nfile;
	f.name = t->file[t->nfile] = strdup(path);
	f.p = text;
	f.end = text + len;
	t->nfile += !!f.name;
	if (!f.name) {
		free(text);
		return no_memory(s, path);
	}
	sha256_update(&s->sha256, len, (const uint8_t *)text);
	s->depth++;
	r = scan_text(s, &f);
	s->depth--;
	free(text);
	if (!r && s->nesting != outer)
		r = config_fail_at(s->e, f.name, f.line, "syntax", "brackets opened and closed "
				   "do not match; close each in the file that opens it");
	return r;
}

int config_text_read(struct config_text *t, const char *path, const struct config_error *e)
{
	struct scanner s = { .t = t, .e = e };
	int r;

	memset(t, 0, sizeof(*t));
	sha256_init(&s.sha256);
	r = scan_path(&s, path, NULL, 0);
	if (r)
		config_text_free(t);
	else
		sha256_digest(&s.sha256, sizeof(t->digest), t->digest);
	return r;
}

void config_text_free(struct config_text *t)
{
	for (unsigned int i = 0; i < t->nfile; i++)
		free(t->file[i]);
	free(t->span);
	free(t->buf);
	memset(t, 0, sizeof(*t));
}

const char *config_text_where(const struct config_text *t, unsigned int flat, int *line)
{
	unsigned int i = t->nspan;

	if (!flat)
		flat = 1;
	while (i > 1 && t->span[i - 1].flat > flat)
		i--;
	*line = (int)(t->span[i - 1].line + flat - t->span[i - 1].flat);
	return t->file[t->span[i - 1].file];
}
