# What all plots have in common. Loaded behind the data of a picture, which are
#     Panel[]   what the rows of a pair of axes have in common, in words
#     Series[]  likewise the rows of a line
#     Block[]   for each block of $data: its panel, its series
#     $data     one block for each line, its columns by name
#     LeftOut   what is not drawn, in words; '' when all is
#
# Lines differ by dashes and points as well as by colour, and neighbours by lightness, so that a print in grey can be
# read; all have a contrast of about 3 to 1 at least on a light page and on a dark one.
set termoption noenhanced
set encoding utf8
set datafile columnheaders missing "NaN"
set border 3 linewidth 1
set tics nomirror out
set grid linetype 1 linewidth 0.4 linecolor rgb '#9a9a9a' dashtype 3
set key outside below center horizontal maxcols 3 Left reverse samplen 3 width 2 noenhanced
set title offset 0, -0.5 noenhanced
set xlabel offset 0, 0.3 noenhanced
# The label of an axis with a legend below it: an empty line keeps them apart.
over_legend(text) = text."\n"
set ylabel noenhanced
set bars 0.6
set pointintervalbox 0

Styles = 8
set style line 1 linewidth 2 pointsize 0.8 linecolor rgb '#2678b8' dashtype 1 pointtype 7
set style line 2 linewidth 2 pointsize 0.8 linecolor rgb '#e07b30' dashtype 2 pointtype 5
set style line 3 linewidth 2 pointsize 0.9 linecolor rgb '#1a8a63' dashtype 4 pointtype 9
set style line 4 linewidth 2 pointsize 0.9 linecolor rgb '#c074ac' dashtype 3 pointtype 13
set style line 5 linewidth 2 pointsize 0.8 linecolor rgb '#94680c' dashtype 5 pointtype 6
set style line 6 linewidth 2 pointsize 0.8 linecolor rgb '#8f86dc' dashtype (12,4,2,4) pointtype 4
set style line 7 linewidth 2 pointsize 0.9 linecolor rgb '#606c74' dashtype (4,2) pointtype 8
set style line 8 linewidth 2 pointsize 0.9 linecolor rgb '#b08a58' dashtype (2,3) pointtype 12
set style line 9 linewidth 1.5 linecolor rgb '#8a8a8a' dashtype 2

Blocks = |Block| / 2
panel_of(b) = Block[2*b - 1]
series_of(b) = Block[2*b]
# A block that is not of the panel is drawn as nothing, and stands in no legend.
here(b, p) = panel_of(b) == p
name_of(b, p) = here(b, p) ? Series[series_of(b)] : ''

# A title on as many lines as it takes. A long one gets a line for what stands before its first ", ", such as a case, and is
# cut behind a comma, slash or blank, or else anywhere.
Wide = 84
cut_of(text, at) = at <= Wide / 2 ? Wide : strstrt(',/ ', text[at:at]) > 0 ? at : cut_of(text, at - 1)
wrapped(text) = strlen(text) <= Wide ? text : \
    text[1:cut_of(text, Wide)]."\n".wrapped(text[cut_of(text, Wide) + 1:*])
parted(text, at) = at == 0 ? wrapped(text) : wrapped(text[1:at])."\n".wrapped(text[at + 2:*])
title_of(text) = strlen(text) <= Wide ? text : parted(text, strstrt(text, ', '))
