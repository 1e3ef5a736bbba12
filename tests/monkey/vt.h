/*
 * A terminal that keeps what it is sent: as much of xterm as curses asks of
 * one. What is on it is the judge of what a screen believes to be shown. No
 * colours.
 */
#ifndef PAIRDESK_TESTS_MONKEY_VT_H
#define PAIRDESK_TESTS_MONKEY_VT_H

#include <stddef.h>
#include <stdint.h>

struct vt;

struct vt *vt_create(int rows, int columns);
void vt_destroy(struct vt *v);          /* NULL ok */
/* As a real one: rows and columns that go are lost, new ones are blank. */
void vt_resize(struct vt *v, int rows, int columns);
/* Sequences may come in pieces. */
void vt_feed(struct vt *v, const void *p, size_t n);
/* One row as UTF-8 without the blanks at its end. */
void vt_read(const struct vt *v, int row, char *out, size_t size);
/* Sequences that it did not know so far; the last of them. */
unsigned vt_unknown(const struct vt *v, const char **last);

#endif
