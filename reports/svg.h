/*
 * svg.h - an SVG of gnuplot's made fit to stand in a page.
 */
#ifndef TERN_SVG_H
#define TERN_SVG_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Writes svg without its head of XML. Black becomes the colour of the text around it in a page, and in a file what goes
 * with a light or a dark screen; ids begin with prefix, so that several pictures may stand in one page; title is
 * what a screen reader says of it.
 */
void tern_svg_put(FILE *stream, const char *svg, const char *prefix, const char *title, bool in_page);

#endif
